import { runtime } from "../runtime/mod.ts";
import type { Client } from "./client.ts";
import { type Executable, loadedExecutable, withExecutable } from "./executable.ts";
import { bytesAt, cLibrary } from "./struct.ts";

const DELETER = { parameters: ["u64"], result: "void" } as const;

/**
 * A compiled program as bytes, for the same plugin on the same kind of device.
 *
 * @throws PjrtError if the plugin can't write this program.
 */
export function serialize({ client, handle }: Executable): Uint8Array<ArrayBuffer> {
  return withExecutable(client, handle, (executable) => {
    const serialized = client.api.call("Executable_Serialize", { executable });
    const bytes = bytesAt(serialized.serialized_bytes, serialized.serialized_bytes_size);
    const deleter = runtime.pointerAt(serialized.serialized_executable_deleter);
    if (deleter !== null) runtime.functionAt(deleter, DELETER)(serialized.serialized_executable);
    return bytes;
  });
}

/**
 * A program out of the bytes of `serialize`. The plugin trusts them: whoever calls this must know that they are whole
 * and were made by this plugin on this kind of machine.
 *
 * @throws PjrtError if the plugin can't read them.
 */
export function deserialize(client: Client, bytes: Uint8Array<ArrayBuffer>, partitions: number): Executable {
  // The CPU plugin complains of features that it names itself, in two lines that mean nothing to a user.
  const { loaded_executable } = withoutStandardError(() =>
    client.api.call("Executable_DeserializeAndLoad", {
      client: client.handle,
      serialized_executable: bytes,
      serialized_executable_size: bytes.length,
    })
  );
  return loadedExecutable(client, loaded_executable, partitions);
}

/** Standard error, as the C library numbers it. */
const STANDARD_ERROR = 2;
const WRITE_ONLY = 1;

const SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** Where the C library can't be found under this name, native code is left to say what it likes. */
let libc: ReturnType<typeof cLibrary<typeof SYMBOLS>> | null = null;

/** Runs native code whose messages on standard error are of no use to anyone. */
function withoutStandardError<T>(run: () => T): T {
  libc = libc === null ? cLibrary(SYMBOLS) : libc;
  const c = libc;
  if (!c) return run();
  const kept = c.dup(STANDARD_ERROR);
  const nowhere = c.open(new TextEncoder().encode("/dev/null\0"), WRITE_ONLY);
  if (kept < 0 || nowhere < 0) return run();
  c.dup2(nowhere, STANDARD_ERROR);
  try {
    return run();
  } finally {
    c.dup2(kept, STANDARD_ERROR);
    c.close(kept);
    c.close(nowhere);
  }
}
