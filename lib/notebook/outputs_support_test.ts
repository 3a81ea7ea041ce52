/** Whether a notebook shows the same as before: texts alike, numbers about the same. */
import { type Notebook, plainText } from "./format.ts";

const NUMBER = /-?\d+(?:\.\d+)?(?:e-?\d+)?/g;
/** Times are of the machine. */
const DURATION = /\d+(?:\.\d+)? (?:h \d+ min|min \d+ s|ms|s)\b/g;

/** Lines of text that a notebook shows, with their cells from 1. */
function shownLines({ cells }: Notebook): { cell: number; line: string }[] {
  return cells.flatMap(({ outputs = [] }, index) =>
    outputs.flatMap(({ text, data }) => plainText((text ?? data?.["text/plain"] ?? "") as string).split("\n"))
      .map((line) => ({ cell: index + 1, line }))
  );
}

/** The last line of a training's progress: at which step patience ends it, and the loss of that batch, are of the processor. */
const TRAINING_END = /^training: .* in a while/;

/** A line with its numbers left out, and with no more than the order of its columns. */
const words = (line: string) => line.replaceAll(NUMBER, "#").replaceAll(/ +/g, " ").replaceAll(/--+/g, "--");

const equal = (before: number, after: number): boolean => before === after;

/** Whether two numbers agree, the greater one within this share of itself. */
export const within = (tolerance: number) => (before: number, after: number): boolean =>
  Math.abs(before - after) <= tolerance * Math.max(Math.abs(before), Math.abs(after));

function alike(before: string, after: string, agree: typeof equal): boolean {
  if (before === after) return true;
  const [a, b] = [before, after].map((line) => line.replaceAll(DURATION, "a while"));
  if (TRAINING_END.test(a!) && TRAINING_END.test(b!)) return true;
  if (words(a!) !== words(b!)) return false;
  const [old, now] = [a!, b!].map((line) => (line.match(NUMBER) ?? []).map(Number));
  return old!.every((value, i) => agree(value, now![i]!));
}

/**
 * The lines in which two executions of a notebook differ, as "cell 4: before | after". Durations never count.
 *
 * @param agree whether a number and what stands in its place now are the same for a reader
 */
export function changedLines(before: Notebook, after: Notebook, agree = equal): string[] {
  const [old, now] = [shownLines(before), shownLines(after)];
  const changed = old.flatMap(({ cell, line }, i) =>
    alike(line, now[i]?.line ?? "", agree) ? [] : [`cell ${cell}: ${line} | ${now[i]?.line ?? "nothing"}`]
  );
  return [...changed, ...now.slice(old.length).map(({ cell, line }) => `cell ${cell}: nothing | ${line}`)];
}
