/** The arguments of commands: described as data, parsed with clear messages, printed as help. */
import { parseArgs } from "node:util";
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { taskCommand } from "../paths.ts";

export interface Option {
  type: "string" | "boolean";
  /** May be given several times. */
  multiple?: boolean;
  /** What stands for the value in the help, as NAME or N. */
  value?: string;
  help: string;
}

export interface Positional {
  name: string;
  help: string;
  least: number;
  most: number;
}

export interface Command<O extends Record<string, Option> = Record<string, Option>> {
  name: string;
  /** What it does, in a sentence or two. */
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

/**
 * An option's value as a number.
 *
 * @throws UserError if it is not one, not whole where it must be, or less than `least`
 */
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

/** The help of a command. */
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
    lines.push(
      "",
      "examples:",
      ...examples.map((example) => `  ${taskCommand(example)}`),
    );
  }
  return lines.join("\n");
}
