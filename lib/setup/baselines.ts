/** Where `task setup --baselines` puts scikit-learn, XGBoost and LightGBM, and how they are found again. */
import { join } from "node:path";
import { type Bundle, isInstalled, verifyBundle } from "./bundle.ts";
import { CACHE } from "./paths.ts";
import { type Lock, readLock } from "./wheels.ts";

/** The name of the lock: what it pins needs Linux on x86-64 and this Python. */
export const LOCK = "baselines";
export const OLDEST_FOR_BASELINES = [3, 11] as const;

export interface BaselinesBundle extends Bundle {
  lock: Lock;
  /** Of its Python environment. */
  python: string;
}

/** The bundle of this workspace's pinned versions, there or not. */
export async function baselinesBundle(): Promise<BaselinesBundle> {
  const lock = await readLock(LOCK);
  const folder = join(CACHE, "baselines", lock.key);
  return {
    lock,
    folder,
    python: join(folder, "bin", "python"),
    name: "the classical baselines",
    repair: "setup --baselines --repair",
  };
}

/**
 * The interpreter that has the baselines, its native files verified.
 *
 * @returns undefined if there is none
 * @throws UserError if a file is damaged
 */
export async function findBaselines(): Promise<string | undefined> {
  const bundle = await baselinesBundle();
  if (!await isInstalled(bundle)) return undefined;
  await verifyBundle(bundle);
  return bundle.python;
}
