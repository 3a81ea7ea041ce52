/** One step of set-up and what it prints. */
import { formatDuration } from "../progress/format.ts";

/** Says what a step is doing, before it does something that takes time. */
export type Say = (line: string) => void;

export interface ReportProgress {
  /** Print a step that had nothing to do as well. */
  verbose: boolean;
  print: (line: string) => void;
}

/**
 * Runs one step. It prints a line when the step says that it starts something slow, and a line with the time and the
 * outcome when it is done; a step that finds everything in place prints nothing unless the report is verbose.
 */
export async function step(name: string, work: (say: Say) => Promise<string>, report: ReportProgress): Promise<void> {
  const start = performance.now();
  let worked = false;
  const outcome = await work((line) => {
    worked = true;
    report.print(`${name.padEnd(8)} ${line} ...`);
  });
  if (!worked && !report.verbose) return;
  const seconds = (performance.now() - start) / 1000;
  const time = formatDuration(seconds);
  report.print(`${name.padEnd(8)} ${worked ? `ready in ${time}` : `in place (${time})`}: ${outcome}`);
}
