/** How far something is, how fast it goes and how long it will still take. */
import { formatBar, formatDuration, formatRate } from "./format.ts";

export interface ProgressState {
  label: string;
  done: number;
  total: number;
  /** What is counted, where that is not clear from the label. */
  unit?: string;
  /** Seconds since it began. */
  elapsed: number;
  /** Steps per second, and seconds until the end; undefined until two points in time are known. */
  rate?: number;
  remaining?: number;
  note: string;
  /** What is waited for, and how many seconds so far. */
  waiting?: { what: string; seconds: number };
  finished: boolean;
}

/** A point in time (milliseconds, waiting left out) at which so much was done. */
export interface Mark {
  time: number;
  done: number;
}

/**
 * Rate and remaining time at `now`, from the first update on: what comes before it (compiling, reading data) says nothing
 * about the steps to come, so the first step alone gives no estimate.
 */
export function paceAt(
  now: Mark,
  first: Mark | undefined,
  total: number,
): Pick<ProgressState, "rate" | "remaining"> {
  if (!first || now.done <= first.done || now.time <= first.time) return {};
  const rate = (now.done - first.done) * 1000 / (now.time - first.time);
  return { rate, remaining: Math.max(total - now.done, 0) / rate };
}

/** One line of text, with a bar while it is under way. */
export function progressLine(state: ProgressState, barWidth = 20): string {
  const { label, done, total, unit, elapsed, rate, remaining, note, waiting, finished } = state;
  const units = unit ? ` ${unit}` : "";
  const end = note ? ` · ${note}` : "";
  if (finished) return `${label}: ${count(done, total)}${units} in ${formatDuration(elapsed)}${end}`;
  const fraction = total > 0 ? done / total : 0;
  const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
  const pace = waiting
    ? ` · ${waiting.what}, ${formatDuration(Math.floor(waiting.seconds))}`
    : rate === undefined || remaining === undefined
    ? ""
    : ` · ${formatRate(rate)} · ${formatDuration(remaining)} left`;
  return `${label} ${formatBar(fraction, barWidth)} ${percent} · ${done} of ${total}${units}${pace}${end}`;
}

function count(done: number, total: number): string {
  return done === total ? `${done}` : `${done} of ${total}`;
}
