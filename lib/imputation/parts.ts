/** What unfinished work keeps, so that the same command goes on from there: one folder beside the output. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";

export type Parts = Awaited<ReturnType<typeof openParts>>;

/**
 * Opens the folder of unfinished work. What other work left there, with another `identity`, is removed.
 *
 * @throws UserError if the folder cannot be written, or holds something else
 */
export async function openParts(folder: string, identity: string) {
  const note = join(folder, "identity");
  const before = await Deno.readTextFile(note).catch(() => undefined);
  if (before !== identity) {
    if (before === undefined && await holdsFiles(folder)) {
      throw new UserError(
        `${folder}: expected the folder of unfinished work or none, found other files; move them or choose another --out`,
      );
    }
    await removeFolder(folder);
    await makeFolder(folder);
    await writeAtomic(note, identity);
  }
  return {
    folder,
    /** What was kept under this name; undefined if it is not there or of another length in bytes. */
    async read(name: string, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
      const bytes = await Deno.readFile(join(folder, name)).catch(() => undefined);
      return bytes?.length === length ? bytes : undefined;
    },
    write: (name: string, { buffer, byteOffset, byteLength }: Uint8Array | Float32Array): Promise<void> =>
      writeAtomic(join(folder, name), new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)),
    readText: (name: string): Promise<string | undefined> =>
      Deno.readTextFile(join(folder, name)).catch(() => undefined),
    writeText: (name: string, text: string): Promise<void> => writeAtomic(join(folder, name), text),
    remove: (): Promise<void> => removeFolder(folder),
  };
}

const holdsFiles = (folder: string): Promise<boolean> =>
  Deno.lstat(folder).then(
    ({ isDirectory }) => !isDirectory || [...Deno.readDirSync(folder)].length > 0,
    () => false,
  );

export async function makeFolder(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true }).catch((error) => {
    throw new UserError(`cannot make the folder ${folder}: ${error.message}`);
  });
}

export async function removeFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
