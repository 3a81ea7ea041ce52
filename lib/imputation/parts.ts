/** What unfinished work keeps, so that the same command goes on from there: one folder beside the output. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";

export type Parts = Awaited<ReturnType<typeof openParts>>;

/**
 * Opens the folder of unfinished work, for this process alone until it is closed. What other work left there, with another
 * `identity`, is removed.
 *
 * @throws UserError if the folder cannot be written, holds something else, or another process is at work in it
 */
export async function openParts(folder: string, identity: string) {
  const note = join(folder, "identity");
  const before = await Deno.readTextFile(note).catch(() => undefined);
  if (before === undefined && await holdsFiles(folder)) {
    throw new UserError(
      `${folder}: expected the folder of unfinished work or none, found other files; move them or choose another --out`,
    );
  }
  const lock = await lockFolder(folder);
  try {
    if (before !== identity) {
      for (const { name } of Deno.readDirSync(folder)) {
        if (name !== LOCK) await Deno.remove(join(folder, name), { recursive: true });
      }
      await writeAtomic(note, identity);
    }
  } catch (error) {
    lock.close();
    throw error;
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
    close: (): void => lock.close(),
  };
}

/** The file that the process at work in a folder holds; with the process, however that ends, it is free. */
const LOCK = "lock";

async function lockFolder(folder: string): Promise<Deno.FsFile> {
  for (;;) {
    await makeFolder(folder);
    const path = join(folder, LOCK);
    const file = await Deno.open(path, { create: true, write: true }).catch((error) => {
      // Another process has just removed the folder.
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw new UserError(`cannot write ${path}: ${error.message}`);
    });
    if (!file) continue;
    if (!await file.tryLock(true)) {
      file.close();
      throw new UserError(
        `${folder}: another run is at work on the same output; wait for it or choose another --out`,
      );
    }
    const [held, there] = [await file.stat(), await Deno.stat(path).catch(() => undefined)];
    if (held.ino === there?.ino) return file;
    file.close();
  }
}

const holdsFiles = (folder: string): Promise<boolean> =>
  Deno.lstat(folder).then(
    ({ isDirectory }) => !isDirectory || [...Deno.readDirSync(folder)].some(({ name }) => name !== LOCK),
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
