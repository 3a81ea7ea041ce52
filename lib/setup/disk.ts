/** Free space, asked before anything large is written. */
import { statfs } from "node:fs/promises";
import { UserError } from "../errors.ts";

const GIB = 2 ** 30;

/** Checks that a folder's disk has room. @throws UserError saying how much is needed and free, and where */
export async function requireSpace(folder: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  // What a plain user can still write.
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new UserError(
    `${what} needs ${(bytes / GIB).toFixed(1)} GiB of free disk space, but ${folder} has ` +
      `${(free / GIB).toFixed(1)} GiB: free some space, or move the workspace to another disk`,
  );
}
