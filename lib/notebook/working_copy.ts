/** Copies of the notebooks to work on: JupyterLab saves of its own accord, so it opens no committed ones. */
import { basename, join } from "node:path";
import { knownName } from "../data/nearest.ts";
import { sha256 } from "../data/read.ts";
import { writeAtomic } from "../files.ts";
import { LOCAL, ROOT } from "../paths.ts";
import { cleanNotebook, notebookName, notebookText, readNotebook, writeNotebook } from "./format.ts";

export interface Folders {
  /** The committed notebooks. */
  source: string;
  /** Where they are worked on; not committed. */
  copy: string;
}

export const FOLDERS: Folders = {
  source: join(ROOT, "notebooks"),
  copy: join(LOCAL, "notebooks"),
};

/** Of each copy, the checksums of the source and of the copy when it was made. */
type Made = Record<string, { source: string; copy: string }>;

const madeFile = ({ copy }: Folders) => join(copy, ".copies.json");

const readMade = async (folders: Folders): Promise<Made> =>
  await Deno.readTextFile(madeFile(folders)).then(JSON.parse).catch(() => ({}));

const writeMade = (folders: Folders, made: Made): Promise<void> =>
  writeAtomic(madeFile(folders), JSON.stringify(made, null, 1) + "\n");

/** The checksum of a file; undefined if it is not there. */
async function digest(path: string): Promise<string | undefined> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  return bytes && sha256(bytes);
}

async function notebooksOf(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => name.endsWith(".ipynb")).sort();
}

/**
 * Makes the copies that are not there, and anew those that nobody has changed while their source has. One that was changed stays.
 *
 * @returns the paths of all copies, and the names of those that differ from a source that has changed, too
 */
export async function copyNotebooks(folders = FOLDERS): Promise<{ paths: string[]; behind: string[] }> {
  await Deno.mkdir(folders.copy, { recursive: true });
  const made = await readMade(folders);
  const behind: string[] = [];
  for (const name of await notebooksOf(folders.source)) {
    const [from, to] = [join(folders.source, name), join(folders.copy, name)];
    const [source, copy] = [(await digest(from))!, await digest(to)];
    if (copy !== undefined && copy !== made[name]?.copy) {
      if (source !== made[name]?.source) behind.push(notebookName(name));
      continue;
    }
    if (copy !== undefined && source === made[name]?.source) continue;
    await Deno.copyFile(from, to);
    made[name] = { source, copy: source };
  }
  await writeMade(folders, made);
  return { paths: (await notebooksOf(folders.copy)).map((name) => join(folders.copy, name)), behind };
}

/**
 * Brings a copy back among the committed notebooks, without times and window states.
 *
 * @param name "00_quickstart", with or without its ending
 * @returns whether anything has changed
 * @throws UserError for a copy that there is not, with the nearest names, or one that is no notebook
 */
export async function bringBack(name: string, folders = FOLDERS): Promise<boolean> {
  const file = `${notebookName(basename(name))}.ipynb`;
  const names = await notebooksOf(folders.copy).catch(() => [] as string[]);
  knownName(file, names, "there is no copy");
  const [from, to] = [join(folders.copy, file), join(folders.source, file)];
  const notebook = cleanNotebook(await readNotebook(from));
  const before = await Deno.readTextFile(to).catch(() => undefined);
  await writeNotebook(to, notebook);
  const made = await readMade(folders);
  made[file] = { source: (await digest(to))!, copy: (await digest(from))! };
  await writeMade(folders, made);
  return before !== notebookText(notebook);
}
