/** Progress of something that takes long: in a terminal, in a notebook, in a log, and for a headless runner. */
import { formatNotes } from "./format.ts";
import { flushOutputs, jupyter } from "./jupyter.ts";
import { fileSink, logSink, notebookSink, type Sink, terminalSink } from "./sinks.ts";
import { type Mark, paceAt, type ProgressState } from "./state.ts";

export interface Progress {
  /**
   * Says how much is done. Cheap enough for every step: drawing is throttled. In a notebook the code must await
   * something now and then for the drawing to reach the front end.
   *
   * @param note figures (`{ loss: 0.12 }`) or a text shown beside the bar; the last one stays
   */
  update(done: number, note?: string | Record<string, number>): void;
  /** Whether an update would be drawn now: the moment to fetch the figures of a note. */
  due(): boolean;
  /** Shows what is waited for, with its time so far, until it is done; that time is left out of the estimate. */
  during<T>(what: string, work: Promise<T>): Promise<T>;
  /** Ends it with one line that stays, and waits until that line is on its way. */
  done(note?: string | Record<string, number>): Promise<void>;
}

export interface ProgressOptions {
  label: string;
  /** Where to draw; chosen by where the code runs unless given. */
  sinks?: Sink[];
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** The environment variable that names the file in which the state is kept for a runner. */
export const PROGRESS_FILE = "SPIN_PROGRESS";

/** Milliseconds between two looks whether the time of waiting is to be drawn again. */
const REDRAW = 100;

const encoder = new TextEncoder();
const write = (text: string) => void Deno.stderr.writeSync(encoder.encode(text));

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** The sinks that suit where this runs. */
export function chooseSinks(): Sink[] {
  const file = Deno.env.get(PROGRESS_FILE);
  const kernel = jupyter();
  // A runner draws its own bar from the file, so of the notebook's only the first and the last state are kept.
  const shown = kernel
    ? notebookSink(kernel, crypto.randomUUID(), file ? Infinity : undefined)
    : Deno.stderr.isTerminal()
    ? terminalSink(write, columns)
    : logSink(write);
  return file ? [shown, fileSink(file)] : [shown];
}

/**
 * Starts to show the progress of `total` steps.
 *
 * @example
 * const bar = progress(400, { label: "training" });
 * for (let step = 1; step <= 400; step++) bar.update(step, { loss: 1 / step });
 * await bar.done();
 */
export function progress(total: number, options: ProgressOptions): Progress {
  const { label, sinks = chooseSinks(), now = () => performance.now() } = options;
  const start = now();
  const drawn = sinks.map((sink) => sink.patient ? start : -Infinity);
  let first: Mark | undefined;
  let done = 0;
  let note = "";
  /** Milliseconds of waiting that are over, and what is waited for now. */
  let waited = 0;
  let waiting: { what: string; since: number } | undefined;

  const mark = (): Mark => ({ time: now() - waited, done });
  const state = (): ProgressState => ({
    label,
    done,
    total,
    elapsed: (now() - start) / 1000,
    ...paceAt(mark(), first, total),
    note,
    ...(waiting && { waiting: { what: waiting.what, seconds: (now() - waiting.since) / 1000 } }),
    finished: false,
  });
  const isDue = (sink: Sink, i: number) => now() - drawn[i]! >= sink.interval;
  function draw(): void {
    sinks.forEach((sink, i) => {
      if (!isDue(sink, i)) return;
      drawn[i] = now();
      sink.draw(state());
    });
  }

  draw();
  return {
    update(count, notes) {
      done = count;
      note = notes === undefined ? note : formatNotes(notes);
      first ??= mark();
      draw();
    },
    due: () => sinks.some(isDue),
    async during(what, work) {
      const since = now();
      waiting = { what, since };
      const timer = setInterval(draw, REDRAW);
      try {
        return await work;
      } finally {
        clearInterval(timer);
        waiting = undefined;
        waited += now() - since;
      }
    },
    async done(notes) {
      note = notes === undefined ? note : formatNotes(notes);
      const last = { ...state(), finished: true };
      for (const sink of sinks) sink.draw(last);
      await Promise.all(sinks.map((sink) => sink.flush?.()));
      if (jupyter()) await flushOutputs();
    },
  };
}
