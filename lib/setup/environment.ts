/** The Python environment `.venv`: JupyterLab to look at notebooks, nbclient and nbconvert to run and render them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../data/read.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { ENVIRONMENT, ROOT } from "../paths.ts";
import { lastLines, runTool } from "./command.ts";
import { requireSpace } from "./disk.ts";
import { pip, type Say } from "./wheels.ts";

/** Enough for the environment (0.3 GiB), the npm packages, the plugin and its download. */
const SPACE_NEEDED = 1.5 * 2 ** 30;

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
    hash: sha256(text),
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

/** Why an environment has to be built for requirements of a `hash`; undefined if all is there. */
export async function rebuildReason(folder: string, hash: string, packages: string[]) {
  if (!existsSync(folder)) return "building .venv";
  const stamp = await readStamp(folder);
  if (!stamp) return "rebuilding .venv, which an earlier set-up did not finish";
  if (stamp.requirements !== hash) return "rebuilding .venv for other versions of its packages";
  const version = formatVersion(stamp.python.slice(0, 2));
  const script = "import sys; print('%d.%d' % sys.version_info[:2])";
  const answer = await runTool(join(folder, "bin", "python"), ["-I", "-c", script]);
  if (answer?.stdout.trim() !== version) return `rebuilding .venv, whose Python ${version} is gone`;
  for (const name of packages) {
    const module = join(folder, "lib", `python${version}`, "site-packages", name, "__init__.py");
    if (!existsSync(module)) return `rebuilding .venv, whose package ${name} is gone`;
  }
}

/** @throws UserError if Python cannot make it */
export async function makeVenv({ executable }: Python, folder: string): Promise<void> {
  const made = await runTool(executable, ["-I", "-m", "venv", "--clear", folder]);
  if (made?.code === 0) return;
  throw new UserError(
    `${executable} could not make the virtual environment ${folder}. It said:\n` +
      lastLines(made ? made.stderr + made.stdout : "nothing", 8),
  );
}

/**
 * Makes the environment, or finds it in order.
 *
 * @returns a line that names its versions
 * @throws UserError without a suitable Python, network (the first time) or disk space
 */
export async function ensureEnvironment(say: Say): Promise<string> {
  const { hash, packages, summary } = await requirements();
  const reason = await rebuildReason(ENVIRONMENT, hash, packages);
  if (reason === undefined) {
    return `Python ${formatVersion((await readStamp(ENVIRONMENT))!.python)}, ${summary}`;
  }
  const python = await findPython();
  await requireSpace(ROOT, SPACE_NEEDED, "set-up");
  say(`${reason} (Python ${formatVersion(python.version)}, ${python.executable})`);
  await Deno.remove(join(ENVIRONMENT, STAMP)).catch(() => {});
  await makeVenv(python, ENVIRONMENT);
  say(`installing ${packages.join(", ")} from the Python package index`);
  await pip(["install", "--quiet", "-r", REQUIREMENTS], "the Python packages of the workspace");
  const stamp: Stamp = { python: python.version, requirements: hash };
  await writeAtomic(join(ENVIRONMENT, STAMP), JSON.stringify(stamp));
  return `Python ${formatVersion(python.version)}, ${summary}`;
}

/** The oldest Python that the pinned packages accept. */
const OLDEST = [3, 10] as const;

export interface Python {
  executable: string;
  version: [number, number, number];
  /** Whether it brings venv and ensurepip; Debian packages them apart. */
  environments: boolean;
}

const NAMES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

const PROBE = `
import importlib.util as u, json, sys
print(json.dumps([sys.executable, list(sys.version_info[:3]), bool(u.find_spec("venv") and u.find_spec("ensurepip"))]))
`;

/** Asks an interpreter who it is; undefined if there is none of that name, or it does not answer as a Python does. */
export async function probe(name: string): Promise<Python | undefined> {
  const result = await runTool(name, ["-I", "-c", PROBE]);
  if (!result || result.code !== 0) return undefined;
  try {
    const [executable, version, environments] = JSON.parse(result.stdout);
    return { executable, version, environments };
  } catch {
    return undefined;
  }
}

export const formatVersion = (version: readonly number[]): string => version.join(".");

const isOldEnough = ({ version: [major, minor] }: Python): boolean =>
  major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);

/**
 * The Python to build the environment with: the one that the variable PYTHON names, else the first of `python3`,
 * `python3.14` ... `python3.10`, `python` on PATH that is new enough and can make environments.
 *
 * @throws UserError if there is none, it is too old, or it lacks the venv module
 */
export async function findPython(named = Deno.env.get("PYTHON")): Promise<Python> {
  const found: Python[] = [];
  for (const name of named ? [named] : NAMES) {
    const python = await probe(name);
    if (python && isOldEnough(python) && python.environments) return python;
    if (python) found.push(python);
  }
  throw new UserError(await whyNone(found, named));
}

async function whyNone(found: Python[], named: string | undefined): Promise<string> {
  const wanted = `Python ${formatVersion(OLDEST)} or newer`;
  const install =
    `Install it (Debian, Ubuntu: sudo apt install python3 python3-venv; Fedora: sudo dnf install python3; ` +
    `macOS: brew install python), or name one: PYTHON=/path/to/python3`;
  const recent = found.find(isOldEnough);
  if (recent) return withoutEnvironments(recent);
  const [old] = found;
  const need = `${wanted} is needed to run notebooks, but`;
  if (old) return `${need} ${old.executable} is ${formatVersion(old.version)}. ${install}`;
  if (named) {
    const result = await runTool(named, ["--version"]);
    const said = result ? `; it printed:\n${lastLines(result.stderr || result.stdout)}` : "";
    return `PYTHON is ${named}, which does not start as ${wanted}${said}`;
  }
  return `${need} none was found on PATH (looked for ${NAMES.join(", ")}). ${install}`;
}

function withoutEnvironments({ executable, version }: Python): string {
  const [major, minor] = version;
  return `Python ${formatVersion(version)} at ${executable} cannot make virtual environments: its modules ` +
    `venv and ensurepip are not both installed. Debian, Ubuntu: sudo apt install python${major}.${minor}-venv; ` +
    `or name another one: PYTHON=/path/to/python3`;
}
