/** Runs programs and keeps what they print. */
import { UserError } from "../errors.ts";

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

interface CommandOptions {
  cwd?: string;
  /** Added to the environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
}

/**
 * This process's environment with some variables set, and some taken away. LD_BIND_NOW is for the one process that it
 * was set for: programs whose plugins lack names until they are used, as Slurm's, do not start with it.
 */
export function processEnvironment(changes: Record<string, string | undefined> = {}): Record<string, string> {
  const own: Record<string, string | undefined> = { ...Deno.env.toObject(), LD_BIND_NOW: undefined };
  const merged = Object.entries({ ...own, ...changes });
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

/** Runs a program to its end. @returns undefined if there is none, or it may not be executed */
export async function runTool(
  program: string,
  args: string[],
  options: CommandOptions = {},
): Promise<Finished | undefined> {
  try {
    const output = await new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: processEnvironment(options.env),
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code: output.code, stdout: stdout!, stderr: stderr! };
  } catch (error) {
    const { NotFound, PermissionDenied } = Deno.errors;
    if (error instanceof NotFound || error instanceof PermissionDenied) return undefined;
    throw error;
  }
}

/** The last lines of a program's output that say something, for a message. */
export function lastLines(text: string, count = 4): string {
  const lines = text.split("\n").map((line) => line.trimEnd()).filter((line) => line.trim() !== "");
  return lines.slice(-count).map((line) => `  ${line}`).join("\n");
}

/** As `runTool`, for a program that must be there and must succeed; `explain` words the message when it does not. */
export async function runOrExplain(
  program: string,
  args: string[],
  explain: (result: Finished) => string,
  options: CommandOptions = {},
): Promise<Finished> {
  const result = await runTool(program, args, options);
  if (!result) {
    throw new UserError(`cannot start ${program}: there is no such program, or it may not be executed`);
  }
  if (result.code !== 0) throw new UserError(explain(result));
  return result;
}

/** The lines that a program prints, without their ends; a carriage return ends one as well, as of a progress bar. */
export async function* outputLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/[\r\n]+/);
    rest = lines.pop()!;
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") yield rest;
}
