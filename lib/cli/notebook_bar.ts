/** The progress of a notebook that runs headless: cells done, and how far the running cell is. */
import type { Event } from "../notebook/execute.ts";
import { type Notebook, notebookName } from "../notebook/format.ts";
import { runNotebook, type RunRequest } from "../notebook/run.ts";
import { formatDuration } from "../progress/format.ts";
import { chooseSinks, type ProgressState } from "../progress/progress.ts";

/** The state that the code of a cell keeps in its progress file. */
interface CellProgress {
  label: string;
  done: number;
  total: number;
  eta: number | null;
  note: string;
  waiting?: { what: string; seconds: number };
}

export function describeCell({ label, done, total, eta, note, waiting }: CellProgress): string {
  if (waiting) return `${label}, ${waiting.what} for ${formatDuration(Math.floor(waiting.seconds))}`;
  const percent = total > 0 ? ` ${Math.floor(100 * done / total)} %` : "";
  const left = eta === null ? "" : `, ${formatDuration(eta)} left`;
  return `${label}${percent}${left}${note && `, ${note}`}`;
}

/** Runs a notebook with its bar. @param ended the note of its last line after an error, which is thrown */
export async function runWithBar(
  request: Omit<RunRequest, "onEvent" | "progressFile">,
  ended: (error: unknown) => string,
): Promise<void> {
  const progressFile = await Deno.makeTempFile();
  const bar = notebookBar(notebookName(request.source), progressFile);
  let outcome = "";
  try {
    await runNotebook({ ...request, onEvent: bar.onEvent, progressFile });
  } catch (error) {
    outcome = ended(error);
    throw error;
  } finally {
    bar.end(outcome);
    await Deno.remove(progressFile).catch(() => {});
  }
}

/** Draws the bar of a notebook until `end` is called. */
export function notebookBar(label: string, progressFile: string, sinks = chooseSinks()) {
  const start = performance.now();
  const drawn = sinks.map((sink) => sink.patient ? start : -Infinity);
  let cells = 0;
  let done = 0;
  let within: CellProgress | undefined;

  const state = (note: string, finished: boolean): ProgressState => ({
    label,
    done,
    total: cells,
    unit: "cells",
    elapsed: (performance.now() - start) / 1000,
    note,
    finished,
  });
  async function draw(): Promise<void> {
    within = await Deno.readTextFile(progressFile).then(JSON.parse).catch(() => undefined);
    const now = performance.now();
    sinks.forEach((sink, i) => {
      if (ended || now - drawn[i]! < sink.interval) return;
      drawn[i] = now;
      const note = `${formatDuration((now - start) / 1000)}${within ? ` · ${describeCell(within)}` : ""}`;
      sink.draw(state(note, false));
    });
  }

  let ended = false;
  const timer = setInterval(draw, 250);
  return {
    onEvent(event: Event, notebook: Notebook): void {
      cells = notebook.cells.length;
      if (event.event === "start") done = event.cell;
      if (event.event === "end" || event.event === "start") {
        Deno.remove(progressFile).catch(() => {});
      }
      if (event.event === "done") done = cells;
      void draw();
    },
    /** Stops drawing; `outcome` is a note of the last line. */
    end(outcome: string): void {
      ended = true;
      clearInterval(timer);
      // Nothing ran if there was no event: then the message that follows says it all.
      if (cells > 0) { for (const sink of sinks) sink.draw(state(outcome, true)); }
    },
  };
}
