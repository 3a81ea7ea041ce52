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
  finished: boolean;
}

/** A point in time (milliseconds) at which so much was done. */
export interface Mark {
  time: number;
  done: number;
}

/**
 * The state at `now`. The rate counts from the first update, since what comes before it (compiling, reading data)
 * says nothing about the steps to come.
 */
export function stateAt(
  now: Mark,
  from: { start: Mark; first?: Mark; label: string; total: number; note: string },
): ProgressState {
  const { start, first = start, label, total, note } = from;
  const base = first.done < now.done ? first : start;
  const seconds = (now.time - base.time) / 1000;
  const rate = now.done > base.done && seconds > 0 ? (now.done - base.done) / seconds : undefined;
  const remaining = rate === undefined ? undefined : Math.max(total - now.done, 0) / rate;
  const elapsed = (now.time - start.time) / 1000;
  return { label, done: now.done, total, elapsed, rate, remaining, note, finished: false };
}

/** One line of text, with a bar while it is under way. */
export function progressLine(state: ProgressState, barWidth = 20): string {
  const { label, done, total, unit, elapsed, rate, remaining, note, finished } = state;
  const units = unit ? ` ${unit}` : "";
  const end = note ? ` · ${note}` : "";
  if (finished) return `${label}: ${count(done, total)}${units} in ${formatDuration(elapsed)}${end}`;
  const fraction = total > 0 ? done / total : 0;
  const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
  const pace = rate === undefined || remaining === undefined
    ? ""
    : ` · ${formatRate(rate)} · ${formatDuration(remaining)} left`;
  return `${label} ${formatBar(fraction, barWidth)} ${percent} · ${done} of ${total}${units}${pace}${end}`;
}

function count(done: number, total: number): string {
  return done === total ? `${done}` : `${done} of ${total}`;
}
