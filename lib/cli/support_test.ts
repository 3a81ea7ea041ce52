import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { type Arguments, type Command, type Option, perform } from "./main.ts";

/** For tests: commands that are run in this process. */

/** How a command ended, and what it printed. */
export interface CommandOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a command as if it had been started in a folder, but in this process, which takes a fraction of the time.
 *
 * @param engine of the command; the default one unless given
 */
export async function performIn<const O extends Record<string, Option>>(
  folder: string,
  command: Command<O>,
  work: (args: Arguments<O>) => Promise<number | void> | number | void,
  words: string[],
  engine = "",
): Promise<CommandOutcome> {
  const printed: { stdout: string[]; stderr: string[] } = { stdout: [], stderr: [] };
  const { log, warn, error } = console;
  const before = { INIT_CWD: Deno.env.get("INIT_CWD"), SPIN_ENGINE: Deno.env.get("SPIN_ENGINE") };
  console.log = (line) => void printed.stdout.push(line);
  console.warn = console.error = (line) => void printed.stderr.push(line);
  Deno.env.set("INIT_CWD", folder);
  Deno.env.set("SPIN_ENGINE", engine);
  try {
    const code = await perform(command, work, words);
    const text = (lines: string[]) => lines.map((line) => `${line}\n`).join("");
    return { code, stdout: text(printed.stdout), stderr: text(printed.stderr) };
  } finally {
    Object.assign(console, { log, warn, error });
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

/** For tests: a workspace of its own around this one's code and set-up, in a temporary folder. */

interface WorkspaceOptions {
  /** File names and their text. */
  notebooks?: Record<string, string>;
  /** What it does not share with this workspace, though it otherwise would: ".venv", "data/cache". */
  without?: string[];
  /** Added to the environment of its commands. */
  env?: Record<string, string>;
}

interface TemporaryWorkspace {
  path: string;
  /** Starts a command, `lib/cli/NAME.ts`, as a task would. */
  start(name: string, ...args: string[]): Deno.ChildProcess;
  /** Runs a command to its end. */
  run(name: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function temporaryWorkspace(
  { notebooks = {}, without = [], env = {} }: WorkspaceOptions = {},
): Promise<TemporaryWorkspace> {
  const path = await Deno.makeTempDir({ prefix: "workspace-" });
  for (const name of ["deno.json", "deno.lock"]) await Deno.copyFile(join(ROOT, name), join(path, name));
  for (const name of ["data", "notebooks"]) await Deno.mkdir(join(path, name));
  const data = [...Deno.readDirSync(join(ROOT, "data"))].map(({ name }) => join("data", name));
  const shared = ["lib", ".venv", ...data].filter((name) => !without.includes(name));
  for (const name of shared) await Deno.symlink(join(ROOT, name), join(path, name));
  for (const [name, text] of Object.entries(notebooks)) {
    await Deno.writeTextFile(join(path, "notebooks", name), text);
  }
  const start = (name: string, ...args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", join(path, "lib", "cli", `${name}.ts`), ...args],
      cwd: path,
      env: { NO_COLOR: "1", INIT_CWD: path, ...env },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  return {
    path,
    start,
    async run(name, ...args) {
      const output = await start(name, ...args).output();
      const decoder = new TextDecoder();
      return {
        code: output.code,
        stdout: decoder.decode(output.stdout),
        stderr: decoder.decode(output.stderr),
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
