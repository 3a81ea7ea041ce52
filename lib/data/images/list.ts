import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { IMAGE_NAME } from "./formats.ts";

/**
 * The images in a folder and the folders in it, as paths from there, in the order of their code units. Files of other
 * kinds and hidden ones are left out; links are followed.
 *
 * @throws UserError if there is no such folder, or no image in it.
 */
export async function listImages(folder: string): Promise<string[]> {
  await checkFolder(folder);
  const found: string[] = [];
  let others = 0;
  const visit = async (below: string, above: readonly string[]): Promise<void> => {
    const real = await Deno.realPath(join(folder, below));
    // A link to a folder that holds it would never end.
    if (above.includes(real)) return;
    for await (const entry of Deno.readDir(real)) {
      if (entry.name.startsWith(".")) continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const { isDirectory } = entry.isSymlink ? await Deno.stat(join(folder, path)) : entry;
      if (isDirectory) await visit(path, [...above, real]);
      else if (IMAGE_NAME.test(entry.name)) found.push(path);
      else others++;
    }
  };
  try {
    await visit("", []);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${folder}: cannot read this folder of images: ${reason}`);
  }
  if (found.length === 0) {
    throw new UserError(
      `${folder}: expected images (png, jpg, webp, gif, bmp, tiff), found ${others} files of other kinds`,
    );
  }
  return found.sort((a, b) => a < b ? -1 : 1);
}

async function checkFolder(folder: string): Promise<void> {
  const info = await Deno.stat(folder).catch(() => undefined);
  if (!info) throw new UserError(`${folder}: no such folder of images`);
  if (!info.isDirectory) throw new UserError(`${folder}: expected a folder of images, found a file`);
}
