/** One set-up at a time: a second one waits for the first instead of building over it. */
import { dirname } from "node:path";

/** Holds a lock file while `work` runs; says so once if another process holds it. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  say: (line: string) => void,
): Promise<T> {
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { create: true, write: true });
  const notice = setTimeout(() => say("another set-up of this workspace is running; waiting for it"), 500);
  try {
    await file.lock(true);
  } finally {
    clearTimeout(notice);
  }
  return await work();
}
