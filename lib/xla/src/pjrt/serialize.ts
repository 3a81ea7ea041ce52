import type { Client } from "./client.ts";
import { type Executable, loadedExecutable, withExecutable } from "./executable.ts";
import { withoutStandardError } from "./quiet.ts";
import { bytesAt } from "./struct.ts";

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
    const deleter = Deno.UnsafePointer.create<typeof DELETER>(serialized.serialized_executable_deleter);
    if (deleter !== null) new Deno.UnsafeFnPointer(deleter, DELETER).call(serialized.serialized_executable);
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
