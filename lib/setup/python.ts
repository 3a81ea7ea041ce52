/** Finds a Python that can make the environment notebooks run in. */
import { UserError } from "../errors.ts";
import { lastLines, run } from "./command.ts";

/** The oldest Python that the pinned packages accept. */
export const OLDEST = [3, 10] as const;

export interface Python {
  /** What was asked for: a name on PATH, or a path. */
  name: string;
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
  const result = await run(name, ["-I", "-c", PROBE]);
  if (!result || result.code !== 0) return undefined;
  try {
    const [executable, version, environments] = JSON.parse(result.stdout);
    return { name, executable, version, environments };
  } catch {
    return undefined;
  }
}

export function formatVersion(version: readonly number[]): string {
  return version.join(".");
}

function isOldEnough({ version: [major, minor] }: Python): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

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
  const old = found[0];
  if (old) {
    return `${wanted} is needed to run notebooks, but ${old.executable} is ${
      formatVersion(old.version)
    }. ${install}`;
  }
  if (named) {
    const result = await run(named, ["--version"]);
    const said = result ? `; it printed:\n${lastLines(result.stderr || result.stdout)}` : "";
    return `PYTHON is ${named}, which does not start as ${wanted}${said}`;
  }
  return `${wanted} is needed to run notebooks, but none was found on PATH (looked for ${
    NAMES.join(", ")
  }). ${install}`;
}

function withoutEnvironments({ executable, version }: Python): string {
  const [major, minor] = version;
  return `Python ${
    formatVersion(version)
  } at ${executable} cannot make virtual environments: its modules venv and ` +
    `ensurepip are not both installed. Debian, Ubuntu: sudo apt install python${major}.${minor}-venv; ` +
    `or name another one: PYTHON=/path/to/python3`;
}
