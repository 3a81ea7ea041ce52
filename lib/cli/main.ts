/** How every command of the workspace starts and ends, its arguments and help, and the programs that it waits for. */
import { parseArgs } from "node:util";
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { ROOT, taskCommand } from "../paths.ts";
import { requestStop } from "../progress/stop.ts";

interface CommandOptions {
  /**
   * Seconds that the work gets to end by itself after an interrupt, for work that asks `stopRequested()`. A second
   * interrupt ends it at once. Without it the first one does.
   */
  grace?: number;
  words?: string[];
}

/** Milliseconds within which a second interrupt is the same one. */
const SAME_INTERRUPT = 1000;

const atInterrupt = new Set<() => void>();

/** Has something done when the command is interrupted, before it ends; returns how to take that back. */
export function onInterrupt(action: () => void): () => void {
  atInterrupt.add(action);
  return () => void atInterrupt.delete(action);
}

/** The exit code of work that the same command continues; in sysexits.h a failure that passes. */
export const TO_BE_CONTINUED = 75;

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type Work<O extends Record<string, Option>> = (args: Arguments<O>) => Promise<number | void> | number | void;

/**
 * Does what the words ask of a command, and returns the exit code: 0, or what `work` returns; 1 after an error, which is
 * printed: the message of a UserError alone, any other error with its stack.
 *
 * @param tells whether an error is printed when it comes
 */
export async function perform<const O extends Record<string, Option>>(
  command: Command<O>,
  work: Work<O>,
  words: string[],
  tells: () => boolean = () => true,
): Promise<number> {
  try {
    const args = parseArguments(command, words);
    if (args) return await work(args) ?? 0;
    console.log(helpText(command));
    return 0;
  } catch (error) {
    if (tells()) console.error(describeError(error));
    return 1;
  }
}

/**
 * Runs a command and ends the process with the exit code of `perform`, or that of the signal after
 * an interrupt, unless the work is to be continued.
 *
 * @example
 * await runCommand({ name: "hello", summary: "Greets.", options: {} }, () => console.log("hello"));
 */
export async function runCommand<const O extends Record<string, Option>>(
  command: Command<O>,
  work: Work<O>,
  { grace = 0, words = Deno.args }: CommandOptions = {},
): Promise<never> {
  let interrupted = 0;
  let since = 0;
  for (const [signal, code] of Object.entries(SIGNALS) as [keyof typeof SIGNALS, number][]) {
    Deno.addSignalListener(signal, () => {
      // An interrupt typed in a terminal comes twice: to all programs there, and passed on by the one that runs tasks.
      if (interrupted && performance.now() - since < SAME_INTERRUPT) return;
      for (const action of atInterrupt) action();
      if (interrupted || grace === 0) Deno.exit(code);
      interrupted = code;
      since = performance.now();
      requestStop();
      Deno.unrefTimer(setTimeout(() => Deno.exit(code), grace * 1000));
    });
  }
  // Errors after an interrupt come of it.
  const code = await perform(command, work, words, () => interrupted === 0);
  Deno.exit(code === TO_BE_CONTINUED ? code : interrupted || code);
}

export function describeError(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

export interface Option {
  type: "string" | "boolean";
  multiple?: boolean;
  /** What stands for the value in the help, as NAME or N. */
  value?: string;
  help: string;
}

/** An option with a value, one that may be given several times, and one without. */
export const textOption = (value: string, help: string) => ({ type: "string", value, help }) as const;
export const texts = (value: string, help: string) =>
  ({ ...textOption(value, help), multiple: true }) as const;
export const flag = (help: string) => ({ type: "boolean", help }) as const;

interface Positional {
  name: string;
  help: string;
  least: number;
  most: number;
}

export interface Command<O extends Record<string, Option> = Record<string, Option>> {
  name: string;
  summary: string;
  positional?: Positional;
  options: O;
  examples?: string[];
}

type Value<O extends Option> = O extends { multiple: true } ? string[]
  : O extends { type: "boolean" } ? boolean
  : string;

export interface Arguments<O extends Record<string, Option>> {
  values: { [K in keyof O]?: Value<O[K]> };
  positionals: string[];
}

/**
 * Parses the words after a command's name.
 *
 * @returns undefined if help was asked for
 * @throws UserError for an unknown option (with the nearest known ones), a missing or unwanted value, and too few or too
 * many other words
 */
export function parseArguments<const O extends Record<string, Option>>(
  command: Command<O>,
  words: string[],
): Arguments<O> | undefined {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  );
  // Some runners want a "--" between their own arguments and those of the task.
  const args = words[0] === "--" ? words.slice(1) : words;
  try {
    const parsed = parseArgs({
      args,
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
      strict: true,
    });
    if (parsed.values.help) return undefined;
    checkPositionals(command, parsed.positionals);
    return { values: parsed.values as Arguments<O>["values"], positionals: parsed.positionals };
  } catch (error) {
    throw worded(error, command);
  }
}

function checkPositionals({ name, positional }: Command, given: string[]): void {
  if (!positional) {
    if (given.length > 0) {
      throw new UserError(`task ${name} takes options only, but found ${quoted(given[0]!)}`);
    }
    return;
  }
  if (given.length < positional.least) {
    throw new UserError(`task ${name} needs ${positional.name}: ${positional.help}`);
  }
  if (given.length <= positional.most) return;
  const allowed = positional.most === 1
    ? `one ${positional.name}`
    : `${positional.most} of ${positional.name}`;
  throw new UserError(`task ${name} takes ${allowed}, but found also ${quoted(given[positional.most]!)}`);
}

const quoted = (text: string) => JSON.stringify(text);

/** Node's errors in the words of this command. */
function worded(error: unknown, command: Command): unknown {
  if (!(error instanceof TypeError && "code" in error)) return error;
  const name = /'(?:-\w, )?(-[^' ]*)/.exec(error.message)?.[1] ?? "";
  const known = [...Object.keys(command.options), "help"];
  const option = command.options[name.replace(/^-+/, "")];
  const help = `see ${taskCommand(`${command.name} --help`)}`;
  switch (error.code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return new UserError(
        `task ${command.name}: unknown option ${unknown(name, known.map((key) => `--${key}`))}; ${help}`,
      );
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      return new UserError(
        option?.type === "boolean"
          ? `task ${command.name}: the option ${name} takes no value`
          : `task ${command.name}: the option ${name} needs a value: ${name} ${option?.value ?? "VALUE"} ` +
            `(or ${name}=${option?.value ?? "VALUE"} if it begins with a dash)`,
      );
    default:
      return error;
  }
}

/** An option's value as a number. @throws UserError if it is none, not `whole`, or below `least` */
export function numberValue(
  text: string | undefined,
  option: string,
  { whole = false, least = -Infinity }: { whole?: boolean; least?: number } = {},
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))) return value;
  const bound = least === -Infinity ? "" : ` of ${least} or more`;
  throw new UserError(
    `option ${option}: expected a ${whole ? "whole " : ""}number${bound}, found ${quoted(text)}`,
  );
}

export function helpText({ name, summary, positional, options, examples = [] }: Command): string {
  const rows: [left: string, right: string][] = [];
  if (positional) rows.push([positional.name, positional.help]);
  for (const [key, { type, value = "VALUE", help }] of Object.entries(options)) {
    rows.push([type === "string" ? `--${key} ${value}` : `--${key}`, help]);
  }
  rows.push(["--help", "print this"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const word = positional ? ` ${positional.least > 0 ? positional.name : `[${positional.name}]`}` : "";
  const lines = [
    `usage: ${taskCommand(name)}${word} [options]`,
    "",
    summary,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ];
  if (examples.length > 0) {
    lines.push("", "examples:", ...examples.map((example) => `  ${taskCommand(example)}`));
  }
  return lines.join("\n");
}

/**
 * Runs a program in the workspace's folder, with this terminal as its own, and returns its exit code. An interrupt typed
 * in a terminal reaches the program as well, but one sent by another program does not: it is passed on.
 */
export async function runChild(
  program: string,
  args: string[],
  env?: Record<string, string>,
): Promise<number> {
  const child = new Deno.Command(program, { args, cwd: ROOT, env, clearEnv: env !== undefined }).spawn();
  const forget = onInterrupt(() => child.kill("SIGTERM"));
  const { code } = await child.status;
  forget();
  return code;
}
