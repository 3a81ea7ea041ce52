/** Where `task setup --baselines` puts scikit-learn, XGBoost and LightGBM, and how they are found again. */
import { type Bundle, isInstalled, sha256OfFile, verifyBundle } from "@spin/xla/plugins";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { UserError } from "../errors.ts";
import { CACHE, ROOT, taskCommand } from "../paths.ts";
import { runTool } from "./command.ts";
import { requireSpace } from "./disk.ts";
import { findPython, formatVersion, makeVenv, type Python } from "./environment.ts";
import { type Lock, makeBundle, parseLock, pip, requirePlatform, type Say } from "./wheels.ts";

/** What it pins needs Linux on x86-64 and this Python. */
const LOCK = join(import.meta.dirname!, "locks", "baselines.txt");
const OLDEST_FOR_BASELINES = [3, 11] as const;

interface BaselinesBundle extends Bundle {
  repair: string;
  lock: Lock;
  /** Of its Python environment. */
  python: string;
}

export async function baselinesBundle(): Promise<BaselinesBundle> {
  const lock = parseLock(await Deno.readTextFile(LOCK));
  const folder = join(CACHE, "baselines", lock.key);
  return {
    lock,
    folder,
    python: join(folder, "bin", "python"),
    name: "the classical baselines",
    repair: taskCommand("setup --baselines --repair"),
  };
}

/** The interpreter that has the baselines, verified, if it is there. @throws UserError if damaged */
export async function findBaselines(): Promise<string | undefined> {
  const bundle = await baselinesBundle();
  if (!await isInstalled(bundle)) return undefined;
  await verifyBundle(bundle);
  return bundle.python;
}

/** The environment takes 0.33 GiB, the wheels less than 0.1 GiB beside it. */
const SPACE = 2 ** 30;

/**
 * Makes sure that the classical baselines are installed, anew with `repair`. @returns a line that names their versions
 * @throws UserError on another platform, for an older Python, without network or disk space, or for a wrong checksum;
 * nothing is left behind
 */
export async function ensureBaselines(say: Say, repair: boolean): Promise<string> {
  const bundle = await baselinesBundle();
  // The Python that the environment was made with may be gone.
  const starts = async () => (await runTool(bundle.python, ["-I", "-c", "import sklearn"]))?.code === 0;
  if (repair || !await isInstalled(bundle) || !await starts()) await install(bundle, say);
  else await verifyBundle(bundle);
  const named = bundle.lock.pins.filter(({ package: name }) => NAMED.test(name));
  return `${named.map((pin) => `${pin.package} ${pin.version}`).join(", ")}, checksums verified`;
}

const NAMED = /^(scikit-learn|xgboost|lightgbm)/;

async function install(bundle: BaselinesBundle, say: Say): Promise<void> {
  requirePlatform(bundle.name);
  const python = await findPython();
  requirePython(python);
  await requireSpace(ROOT, SPACE, bundle.name);
  await makeBundle(bundle, async (folder) => {
    await makeVenv(python, folder);
    say(`installing ${bundle.lock.pins.map((pin) => pin.package).join(", ")} from the Python package index`);
    const fixed = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"];
    await pip(["install", ...fixed, "-r", LOCK], bundle.name, join(folder, "bin", "python"));
    return await nativeFiles(folder);
  });
}

/** @throws UserError for a Python that the pinned wheels are not made for */
export function requirePython({ executable, version }: Python): void {
  const [major, minor] = OLDEST_FOR_BASELINES;
  if (version[0] === major && version[1] >= minor) return;
  throw new UserError(
    `the classical baselines need Python ${major}.${minor} or newer, but ${executable} is ` +
      `${formatVersion(version)}; name another one: PYTHON=/path/to/python3`,
  );
}

/** The SHA-256 of what pip, which verified the wheels, unpacked of native code, by its path in the folder. */
async function nativeFiles(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, "lib"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.so(\.|$)/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    hashes[relative(folder, path)] = await sha256OfFile(path);
  }
  return hashes;
}
