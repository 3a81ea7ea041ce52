/** How every command of the workspace starts and ends. */
import { UserError } from "../errors.ts";
import { requestStop } from "../progress/stop.ts";
import { type Arguments, type Command, helpText, type Option, parseArguments } from "./arguments.ts";

export interface CommandOptions {
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

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

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
 * Runs a command and ends the process with the exit code of `perform`, or 130 after an interrupt.
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
  Deno.exit(interrupted || code);
}

/** An error as a command prints it. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
