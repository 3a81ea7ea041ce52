/** Makes folders of native files, whole or not at all; the package for XLA checks them before they are loaded. */
import { type Bundle, completeBundle } from "@spin/xla/plugins";
import { dirname, join } from "node:path";

const TEMPORARY = "making-";

/**
 * Makes a bundle: `make` fills a temporary folder on the same disk, which then takes the bundle's name.
 *
 * @param make returns the SHA-256 of each native file, by its path in the folder
 * @throws what `make` throws; nothing is left behind
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
    await completeBundle(temporary, await make(temporary));
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
