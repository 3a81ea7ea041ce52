/** One set-up at a time: a second one waits for the first instead of building over it. */
import { dirname } from "node:path";
import { UserError } from "../errors.ts";

async function openLock(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    return await Deno.open(path, { create: true, write: true });
  } catch (error) {
    throw new UserError(`the workspace cannot be written: ${(error as Error).message}`);
  }
}

/** Holds a lock file while `work` runs; says so once if another process holds it. A folder that is read only is a UserError. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  say: (line: string) => void,
): Promise<T> {
  using file = await openLock(path);
  const notice = setTimeout(() => say("another set-up of this workspace is running; waiting for it"), 500);
  try {
    await file.lock(true);
  } finally {
    clearTimeout(notice);
  }
  return await work();
}
