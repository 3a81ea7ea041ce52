/** Installs scikit-learn, XGBoost and LightGBM into a Python environment of their own, pinned with their SHA-256. */
import { join, relative } from "node:path";
import { UserError } from "../errors.ts";
import { type BaselinesBundle, baselinesBundle, LOCK, OLDEST_FOR_BASELINES } from "./baselines.ts";
import { isInstalled, makeBundle, verifyBundle } from "./bundle.ts";
import { sha256OfFile } from "./checksum.ts";
import { lastLines, run } from "./command.ts";
import { requireSpace } from "./disk.ts";
import { ROOT } from "./paths.ts";
import { pip } from "./pip.ts";
import { findPython, formatVersion, type Python } from "./python.ts";
import type { Say } from "./step.ts";

/** The environment takes 0.33 GiB, the wheels less than 0.1 GiB beside it. */
const SPACE = 2 ** 30;

const PLATFORM = "x86_64-unknown-linux-gnu";

/**
 * Makes sure that the classical baselines are installed.
 *
 * @param repair installs them anew even if they are there
 * @returns a line that names their versions
 * @throws UserError on another platform, for an older Python, without network or disk space, or for a wrong checksum;
 * nothing is left behind
 */
export async function ensureBaselines(say: Say, repair: boolean): Promise<string> {
  const bundle = await baselinesBundle();
  if (repair || !await isInstalled(bundle) || !await answers(bundle)) await install(bundle, say);
  else await verifyBundle(bundle);
  const named = bundle.lock.pins.filter(({ package: name }) => NAMED.test(name));
  return `${named.map((pin) => `${pin.package} ${pin.version}`).join(", ")}, checksums verified`;
}

const NAMED = /^(scikit-learn|xgboost|lightgbm)/;

/** Whether the environment's Python still starts: the one that it was made with may be gone. */
async function answers({ python }: BaselinesBundle): Promise<boolean> {
  return (await run(python, ["-I", "-c", "import sklearn"]))?.code === 0;
}

async function install(bundle: BaselinesBundle, say: Say): Promise<void> {
  if (Deno.build.target !== PLATFORM) {
    throw new UserError(`${bundle.name} can be installed on ${PLATFORM}; this is ${Deno.build.target}`);
  }
  const python = await findPython();
  requirePython(python);
  await requireSpace(ROOT, SPACE, bundle.name);
  await makeBundle(bundle, async (folder) => {
    const made = await run(python.executable, ["-I", "-m", "venv", folder]);
    if (made?.code !== 0) {
      throw new UserError(
        `${python.executable} could not make the virtual environment ${folder}. It said:\n` +
          lastLines(made ? made.stderr + made.stdout : "nothing", 8),
      );
    }
    say(`installing ${bundle.lock.pins.map((pin) => pin.package).join(", ")} from the Python package index`);
    const list = join(import.meta.dirname!, "locks", `${LOCK}.txt`);
    const fixed = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"];
    await pip(["install", ...fixed, "-r", list], bundle.name, join(folder, "bin", "python"));
    return await nativeFiles(folder);
  });
}

/** @throws UserError for a Python that the pinned wheels are not made for */
export function requirePython({ executable, version }: Python): void {
  const [major, minor] = OLDEST_FOR_BASELINES;
  if (version[0] === major && version[1] >= minor) return;
  throw new UserError(
    `the classical baselines need Python ${major}.${minor} or newer, but ${executable} is ${
      formatVersion(version)
    }; name another one: PYTHON=/path/to/python3`,
  );
}

/** The SHA-256 of what pip, which verified the wheels, unpacked of native code, by its path in the folder. */
async function nativeFiles(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const visit = async (directory: string): Promise<void> => {
    for await (const { name, isFile, isDirectory } of Deno.readDir(directory)) {
      const path = join(directory, name);
      if (isDirectory) await visit(path);
      else if (isFile && /\.so(\.|$)/.test(name)) hashes[relative(folder, path)] = await sha256OfFile(path);
    }
  };
  await visit(join(folder, "lib"));
  return hashes;
}
