/**
 * A folder of native files that set-up made: whole or not there at all, and loaded only while every file is the one
 * whose SHA-256 was noted when its package was verified.
 */
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { sha256OfFile } from "./disk.ts";
import { taskCommand } from "./paths.ts";

const MANIFEST = "installed.json";
const TEMPORARY = "making-";

/** A native file: while its size, time of change and inode stay, so does its content. */
interface NativeFile {
  sha256: string;
  identity: string;
}

interface Manifest {
  files: Record<string, NativeFile>;
}

export interface Bundle {
  /** Absolute; its name depends on what is in it, so that another version is another folder. */
  folder: string;
  /** For messages, such as "TensorFlow". */
  name: string;
  /** The task that makes it anew, such as "setup --tensorflow --repair". */
  repair: string;
}

async function identify(path: string): Promise<string> {
  const { size, mtime, ino } = await Deno.stat(path);
  return `${size} ${mtime?.getTime()} ${ino}`;
}

const readManifest = async ({ folder }: Bundle): Promise<Manifest | undefined> => {
  const text = await Deno.readTextFile(join(folder, MANIFEST)).catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
};

/** Whether a bundle was made to its end. */
export async function isInstalled(bundle: Bundle): Promise<boolean> {
  return await readManifest(bundle) !== undefined;
}

/**
 * Makes a bundle: `make` fills a temporary folder on the same disk, which then takes the bundle's name.
 *
 * @param make returns the SHA-256 of each native file, by its path in the folder; these are compared with the files
 * @throws UserError if a file is not the one that was promised, and what `make` throws; nothing is left behind
 */
export async function makeBundle(
  bundle: Bundle,
  make: (folder: string) => Promise<Record<string, string>>,
): Promise<void> {
  const parent = dirname(bundle.folder);
  await Deno.mkdir(parent, { recursive: true });
  await removeLeftovers(parent, TEMPORARY);
  const temporary = await Deno.makeTempDir({ dir: parent, prefix: TEMPORARY });
  try {
    const hashes = await make(temporary);
    const files: Manifest["files"] = {};
    for (const [path, sha256] of Object.entries(hashes)) {
      files[path] = { sha256, identity: await identify(join(temporary, path)) };
    }
    await writeAtomic(join(temporary, MANIFEST), JSON.stringify({ files } satisfies Manifest, null, 1));
    await Deno.remove(bundle.folder, { recursive: true }).catch(() => {});
    await Deno.rename(temporary, bundle.folder);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/** Removes the temporary folders that a set-up that was killed could not remove itself. */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(prefix)) await Deno.remove(join(folder, name), { recursive: true });
  }
}

/**
 * Checks every native file of a bundle. A file is read only if it is not the very one that was checked last time.
 *
 * @returns the paths of the native files in the folder
 * @throws UserError if the bundle is not there, or a file is gone or has another checksum, with the task that repairs it
 */
export async function verifyBundle(bundle: Bundle): Promise<string[]> {
  const { folder, name, repair } = bundle;
  const manifest = await readManifest(bundle);
  if (!manifest) throw new UserError(`${name} is not installed in ${folder}`);
  let changed = false;
  for (const [path, file] of Object.entries(manifest.files)) {
    const identity = await identify(join(folder, path)).catch(() => undefined);
    if (identity === file.identity) continue;
    const found = identity === undefined ? "no file" : await sha256OfFile(join(folder, path));
    if (found !== file.sha256) {
      throw new UserError(
        `${join(folder, path)} is damaged and was not loaded: expected SHA-256 ${file.sha256}, found ` +
          `${found}. ` +
          `To install ${name} again: ${taskCommand(repair)}`,
      );
    }
    file.identity = identity!;
    changed = true;
  }
  if (changed) await writeAtomic(join(folder, MANIFEST), JSON.stringify(manifest, null, 1));
  return Object.keys(manifest.files);
}
