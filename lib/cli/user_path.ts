/** Paths and files that a user names, checked before any work is done. */
import { dirname, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { reasonOf } from "../files.ts";
import { ROOT } from "../paths.ts";

/**
 * The absolute path of what a user typed. A task runs in the workspace's folder wherever it was started, and
 * `deno task` tells where that was: relative paths mean that place. A command run in another folder was started there.
 */
export function userPath(path: string, folder = Deno.cwd(), started = Deno.env.get("INIT_CWD")): string {
  const inWorkspace = Deno.realPathSync(folder) === Deno.realPathSync(ROOT);
  return resolve(inWorkspace && started ? started : folder, path);
}

export interface NamedFile {
  option: string;
  path: string;
}

/** Checks that a file can be written, without touching what is there. @throws UserError if it cannot */
export async function requireWritable({ option, path }: NamedFile): Promise<void> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info && !info.isFile) {
    throw new UserError(`${option} ${path}: expected a file, found a folder or device`);
  }
  const folder = dirname(path);
  const inside = await Deno.stat(folder).catch(() => undefined);
  if (!inside?.isDirectory) throw new UserError(`${option} ${path}: there is no folder ${folder}`);
  try {
    const trial = await Deno.makeTempFile({ dir: folder, suffix: ".part" });
    await Deno.remove(trial);
  } catch (error) {
    throw new UserError(`${option} ${path}: its folder cannot be written: ${reasonOf(error)}`);
  }
}

/** @throws UserError if an output cannot be written, or is an input or another output, also by a link */
export async function requireOutputs(
  outputs: (NamedFile | undefined)[],
  inputs: (NamedFile | undefined)[],
): Promise<void> {
  const [written, read] = [outputs, inputs].map((files) => files.filter((file) => file !== undefined));
  for (const file of written!) await requireWritable(file);
  const identify = async ({ path }: NamedFile) => {
    const info = await Deno.stat(path).catch(() => undefined);
    return info?.ino ? `${info.dev}:${info.ino}` : path;
  };
  const seen = new Map<string, string>();
  for (const file of read!) seen.set(await identify(file), file.option);
  for (const file of written!) {
    const identity = await identify(file);
    const earlier = seen.get(identity);
    if (earlier) throw new UserError(`${file.option} and ${earlier} are the same file: ${file.path}`);
    seen.set(identity, file.option);
  }
}
