/** The Python environment `.venv`: JupyterLab to look at notebooks, nbclient and nbconvert to run and render them. */
import { join } from "node:path";
import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { lastLines, run } from "./command.ts";
import { requireSpace } from "./disk.ts";
import { ENVIRONMENT, ROOT } from "./paths.ts";
import { pip } from "./pip.ts";
import { findPython, formatVersion } from "./python.ts";
import type { Say } from "./step.ts";

/** Enough for the environment (0.3 GiB), the npm packages, the plugin and its download. */
export const SPACE_NEEDED = 1.5 * 2 ** 30;

const REQUIREMENTS = join(import.meta.dirname!, "requirements.txt");
const STAMP = "workspace.json";

/** Written last into an environment: one without it was never finished, one with another is outdated. */
export interface Stamp {
  python: number[];
  /** SHA-256 of requirements.txt. */
  requirements: string;
}

async function requirements(): Promise<{ hash: string; packages: string[]; summary: string }> {
  const text = await Deno.readTextFile(REQUIREMENTS);
  const pins = text.split("\n").filter((line) => line !== "").map((line) => line.split("=="));
  const lab = pins.find(([name]) => name === "jupyterlab");
  return {
    hash: createHash("sha256").update(text).digest("hex"),
    packages: pins.map(([name]) => name!),
    summary: `JupyterLab ${lab?.[1]}`,
  };
}

async function readStamp(folder: string): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(join(folder, STAMP)));
  } catch {
    return undefined;
  }
}

/**
 * Why the environment in a folder has to be built, or undefined if all of it is there.
 *
 * @param hash of the requirements it must have been built for
 * @param packages that must be in it
 */
export async function whyBuild(
  folder: string,
  hash: string,
  packages: string[],
): Promise<string | undefined> {
  if (!await exists(folder)) return "building .venv";
  const stamp = await readStamp(folder);
  if (!stamp) return "rebuilding .venv, which an earlier set-up did not finish";
  if (stamp.requirements !== hash) return "rebuilding .venv for other versions of its packages";
  const version = formatVersion(stamp.python.slice(0, 2));
  const answer = await run(join(folder, "bin", "python"), [
    "-I",
    "-c",
    "import sys; print('%d.%d' % sys.version_info[:2])",
  ]);
  if (answer?.stdout.trim() !== version) return `rebuilding .venv, whose Python ${version} is gone`;
  for (const name of packages) {
    const module = join(folder, "lib", `python${version}`, "site-packages", name, "__init__.py");
    if (!await exists(module)) return `rebuilding .venv, whose package ${name} is gone`;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/**
 * Makes the environment, or finds it in order.
 *
 * @returns a line that names its versions
 * @throws UserError without a suitable Python, network (the first time) or disk space
 */
export async function ensureEnvironment(say: Say): Promise<string> {
  const { hash, packages, summary } = await requirements();
  const reason = await whyBuild(ENVIRONMENT, hash, packages);
  if (reason === undefined) {
    return `Python ${formatVersion((await readStamp(ENVIRONMENT))!.python)}, ${summary}`;
  }
  const python = await findPython();
  await requireSpace(ROOT, SPACE_NEEDED, "set-up");
  say(`${reason} (Python ${formatVersion(python.version)}, ${python.executable})`);
  await Deno.remove(join(ENVIRONMENT, STAMP)).catch(() => {});
  const made = await run(python.executable, ["-I", "-m", "venv", "--clear", ENVIRONMENT]);
  if (made?.code !== 0) {
    throw new UserError(
      `${python.executable} could not make the virtual environment ${ENVIRONMENT}. It said:\n` +
        lastLines(made ? made.stderr + made.stdout : "nothing", 8),
    );
  }
  say(`installing ${packages.join(", ")} from the Python package index`);
  await pip(["install", "--quiet", "-r", REQUIREMENTS], "the Python packages of the workspace");
  await writeAtomic(
    join(ENVIRONMENT, STAMP),
    JSON.stringify({ python: python.version, requirements: hash } satisfies Stamp),
  );
  return `Python ${formatVersion(python.version)}, ${summary}`;
}
