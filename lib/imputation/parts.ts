import { join } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";

/** What unfinished work keeps: the probabilities of the windows that are done. */
export interface Parts {
  /** Probabilities of window `w`, [haplotypes, targets of the window], if they are there. */
  read(w: number): Promise<Float32Array | undefined>;
  write(w: number, probabilities: Float32Array): Promise<void>;
  /** How many windows are done. */
  done(): Promise<number>;
  remove(): Promise<void>;
}

/**
 * A folder of finished windows. What other work left there, with another `identity`, is removed.
 *
 * @param length numbers in a window's part; one of another length is not taken
 * @throws UserError if the folder cannot be written
 */
export async function openParts(folder: string, identity: string, length: number): Promise<Parts> {
  const note = join(folder, "identity");
  if (await Deno.readTextFile(note).catch(() => undefined) !== identity) {
    await removeFolder(folder);
    await Deno.mkdir(folder, { recursive: true }).catch((error) => {
      throw new UserError(`cannot make the folder ${folder}: ${error.message}`);
    });
    await writeAtomic(note, identity);
  }
  const file = (w: number) => join(folder, `${w}.f32`);
  return {
    async read(w) {
      const bytes = await Deno.readFile(file(w)).catch(() => undefined);
      return bytes?.length === 4 * length ? new Float32Array(bytes.buffer) : undefined;
    },
    write: (w, { buffer, byteOffset, byteLength }) =>
      writeAtomic(file(w), new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)),
    async done() {
      let count = 0;
      for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".f32")) count++;
      return count;
    },
    remove: () => removeFolder(folder),
  };
}

async function removeFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
