/**
 * Native files that are loaded only while they are those whose SHA-256 is known. A file is read for its checksum once,
 * and then only if it is not the very one that was checked last time.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { UserError } from "../errors.ts";

/** Where plugins are installed. */
export interface PluginPlace {
  folder: string;
  /** The command that installs them, with words such as "--cuda" or "--repair": for messages, if there is one. */
  command?: (words: string) => string;
}

/** A folder of native files that set-up made, whole or not at all. */
export interface Bundle {
  /** Absolute; its name depends on what is in it, so that another version is another folder. */
  folder: string;
  /** For messages, such as "TensorFlow". */
  name: string;
  /** The command that makes it anew, if there is one. */
  repair: string | undefined;
}

/** While a file has this identity, its content is the one with this SHA-256. */
interface NativeFile {
  sha256: string;
  identity: string;
}

interface Manifest {
  files: Record<string, NativeFile>;
}

const manifestOf = ({ folder }: Pick<Bundle, "folder">): string => join(folder, "installed.json");

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}

/** Replaces a file as a whole, so that another process never reads half of it. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** Node tells fractions of milliseconds, Deno whole ones: so both know a file that the other one checked. */
async function factsOf(path: string): Promise<{ size: number; changed: number; ino: number }> {
  const { size, mtimeMs, ino } = await stat(path);
  return { size, changed: Math.floor(mtimeMs), ino };
}

async function identify(path: string): Promise<string> {
  const { size, changed, ino } = await factsOf(path);
  return `${size} ${changed} ${ino}`;
}

const damaged = (path: string, expected: string, found: string, repair?: string): UserError =>
  new UserError(
    `${path} is damaged and was not loaded: expected SHA-256 ${expected}, found ${found}.` +
      (repair ? ` To install it again: ${repair}` : ""),
  );

async function readManifest(bundle: Pick<Bundle, "folder">): Promise<Manifest | undefined> {
  const text = await readFile(manifestOf(bundle), "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

const writeManifest = (bundle: Pick<Bundle, "folder">, manifest: Manifest): Promise<void> =>
  replaceFile(manifestOf(bundle), JSON.stringify(manifest, null, 1));

/** Whether a bundle was made to its end. */
export async function isInstalled(bundle: Bundle): Promise<boolean> {
  return await readManifest(bundle) !== undefined;
}

/**
 * Notes the files of a bundle that is complete.
 *
 * @param hashes the SHA-256 that each native file must have, by its path in the folder
 */
export async function completeBundle(folder: string, hashes: Record<string, string>): Promise<void> {
  const files: Manifest["files"] = {};
  for (const [path, sha256] of Object.entries(hashes)) {
    files[path] = { sha256, identity: await identify(join(folder, path)) };
  }
  await writeManifest({ folder }, { files });
}

/**
 * Checks every native file of a bundle.
 *
 * @returns the paths of the native files in the folder
 * @throws UserError if the bundle is not there, or a file is gone or has another checksum, with the command that repairs it
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
    if (found !== file.sha256) throw damaged(join(folder, path), file.sha256, found, repair);
    file.identity = identity!;
    changed = true;
  }
  if (changed) await writeManifest(bundle, manifest);
  return Object.keys(manifest.files);
}

/** What stands beside a file that was found right. */
async function proof(path: string, sha256: string): Promise<string> {
  const { size, changed, ino } = await factsOf(path);
  return JSON.stringify({ sha256, size, changed, inode: ino });
}

/**
 * Checks the SHA-256 of one file.
 *
 * @param repair the command that installs it anew
 * @throws UserError with the expected and the found checksum, and the command
 */
export async function verifyFile(path: string, sha256: string, repair?: string): Promise<void> {
  const beside = `${path}.verified.json`;
  const known = await readFile(beside, "utf8").catch(() => undefined);
  if (known === await proof(path, sha256)) return;
  const found = await sha256OfFile(path);
  if (found !== sha256) throw damaged(path, sha256, found, repair);
  await replaceFile(beside, await proof(path, sha256));
}
