/** For tests: commands that are run in this process. */
import { type Arguments, type Command, type Option, perform } from "./main.ts";

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
