/** Where progress is shown. Each sink draws a state; `progress` decides when. */
import { type Jupyter } from "./jupyter.ts";
import { progressLine, type ProgressState } from "./state.ts";

export interface Sink {
  /** Least milliseconds between two drawings. The first is drawn at once unless `patient`, the last always. */
  interval: number;
  patient?: boolean;
  draw(state: ProgressState): void;
  /** Resolves when everything drawn has left this process. */
  flush?(): Promise<void>;
}

/** A line that is drawn over while under way, and stays when finished. */
export function terminalSink(write: (text: string) => void, columns: () => number): Sink {
  return {
    interval: 100,
    draw(state) {
      const line = progressLine(state).slice(0, Math.max(columns() - 1, 20));
      write(`\r\x1b[2K${line}${state.finished ? "\n" : ""}`);
    },
  };
}

/** Plain lines, for logs. */
export function logSink(write: (text: string) => void): Sink {
  return { interval: 10_000, patient: true, draw: (state) => write(progressLine(state) + "\n") };
}

/**
 * A file that always holds the latest state as JSON, for whoever watches from outside. A file that cannot be written
 * must not end a training: then nobody sees the state.
 */
export function fileSink(path: string): Sink {
  return {
    interval: 200,
    draw({ label, done, total, elapsed, remaining, note, waiting }) {
      const temporary = `${path}.part`;
      try {
        Deno.writeTextFileSync(
          temporary,
          JSON.stringify({ label, done, total, elapsed, eta: remaining ?? null, note, waiting }),
        );
        Deno.renameSync(temporary, path);
      } catch {
        return;
      }
    },
  };
}

const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

function bundle(state: ProgressState) {
  const line = progressLine(state);
  const text = progressLine(state, 0);
  const bar = `<progress value="${state.done}" max="${state.total}"></progress> `;
  return {
    "text/plain": line,
    "text/html": `<div>${state.finished ? "" : bar}${escape(state.finished ? line : text)}</div>`,
  };
}

/** An output of the running cell that is replaced in place, every quarter of a second unless told otherwise. */
export function notebookSink(kernel: Jupyter, id: string, interval = 250): Sink {
  let update = false;
  let pending: Promise<void> = Promise.resolve();
  return {
    interval,
    draw(state) {
      const options = { raw: true, display_id: id, update } as const;
      update = true;
      pending = pending.then(() => kernel.display(bundle(state), options));
    },
    flush: () => pending,
  };
}
