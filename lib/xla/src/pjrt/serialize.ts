import type { Client } from "./client.ts";
import { type Executable, loadedExecutable, withExecutable } from "./executable.ts";
import { withoutStandardError } from "./quiet.ts";
import { struct } from "./struct.ts";

const DELETER = { parameters: ["u64"], result: "void" } as const;

/**
 * A compiled program as bytes, for the same plugin on the same kind of device.
 *
 * @throws PjrtError if the plugin can't write this program.
 */
export function serialize({ client, handle }: Executable): Uint8Array<ArrayBuffer> {
  return withExecutable(client, handle, (executable) => {
    const args = struct(executable, 0, 0, 0, 0);
    client.api.call("Executable_Serialize", args);
    const bytes = new Uint8Array(Number(args[4]!));
    const pointer = Deno.UnsafePointer.create(args[3]!);
    if (pointer !== null && bytes.length > 0) Deno.UnsafePointerView.copyInto(pointer, bytes);
    const deleter = Deno.UnsafePointer.create<typeof DELETER>(args[6]!);
    if (deleter !== null) new Deno.UnsafeFnPointer(deleter, DELETER).call(args[5]!);
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
  const args = struct(client.handle, bytes, bytes.length, 0, 0, 0);
  // The CPU plugin complains of features that it names itself, in two lines that mean nothing to a user.
  withoutStandardError(() => client.api.call("Executable_DeserializeAndLoad", args));
  return loadedExecutable(client, args[5]!, partitions);
}
