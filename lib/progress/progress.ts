/** Progress of something that takes long: in a terminal, in a notebook, in a log, and for a headless runner. */
import { UserError } from "../errors.ts";
import { type Course, courseSvg, escape } from "./course.ts";
import { formatBar, formatDuration, formatNotes, formatRate } from "./format.ts";

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
  /**
   * Shows what is waited for, with its time so far, until it is done; that time is left out of the estimate.
   *
   * @param what words, asked for at every drawing
   */
  during<T>(what: () => string, work: Promise<T>): Promise<T>;
  /** Ends it with one line that stays, and waits until that line is on its way. */
  done(note?: string | Record<string, number>): Promise<void>;
}

interface ProgressOptions {
  label: string;
  /** Of a training: what its curve is drawn from, added to as it comes. */
  course?: Course;
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

let watcher: Sink | undefined;

/**
 * Lets a sink alone have the states of everything that begins while some work is done: nothing is drawn elsewhere.
 *
 * @throws UserError while other work is watched
 */
export async function watched<T>(sink: Sink, work: () => Promise<T>): Promise<T> {
  if (watcher) throw new UserError("a training of another panel is under way; stop it first");
  watcher = sink;
  try {
    return await work();
  } finally {
    watcher = undefined;
  }
}

export function chooseSinks(): Sink[] {
  if (watcher) return [watcher];
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
  const { label, course, sinks = chooseSinks(), now = () => performance.now() } = options;
  const start = now();
  const drawn = sinks.map((sink) => sink.patient ? start : -Infinity);
  let first: Mark | undefined;
  let done = 0;
  let note = "";
  /** Milliseconds of waiting that are over, and what is waited for now. */
  let waited = 0;
  let waiting: { what: () => string; since: number } | undefined;

  const mark = (): Mark => ({ time: now() - waited, done });
  const state = (): ProgressState => ({
    label,
    done,
    total,
    elapsed: (now() - start) / 1000,
    ...rateAt(mark(), first, total),
    note,
    ...course && { course },
    ...(waiting && { waiting: { what: waiting.what(), seconds: (now() - waiting.since) / 1000 } }),
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
  course?: Course;
  finished: boolean;
}

/** A point in time (milliseconds, waiting left out) at which so much was done. */
interface Mark {
  time: number;
  done: number;
}

/**
 * Rate and remaining time at `now`, from the first update on: what comes before it (compiling, reading data) says nothing
 * about the steps to come, so the first step alone gives no estimate.
 */
function rateAt(
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
  const count = done === total ? `${done}` : `${done} of ${total}`;
  if (finished) return `${label}: ${count}${units} in ${formatDuration(elapsed)}${end}`;
  const fraction = total > 0 ? done / total : 0;
  const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
  const pace = waiting
    ? ` · ${waiting.what}, ${formatDuration(Math.floor(waiting.seconds))}`
    : rate === undefined || remaining === undefined
    ? ""
    : ` · ${formatRate(rate)} · ${formatDuration(remaining)} left`;
  return `${label} ${formatBar(fraction, barWidth)} ${percent} · ${done} of ${total}${units}${pace}${end}`;
}

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

/** The curve of a training with its words; undefined for anything else, and before there is a point. */
export function stateSvg({ course, ...state }: ProgressState): string | undefined {
  if (!course) return undefined;
  const [how, ...figures] = progressLine({ ...state, note: "" }, 0).split(" · ");
  const bytes = course.stepBytes && `${(course.stepBytes / 1e6).toPrecision(3)} MB a step`;
  const head = state.finished ? how! : [how!.trim(), figures.shift()].join(" · ");
  const words = [...figures, bytes, state.note].filter(Boolean).join(" · ");
  return courseSvg(course, [head, words], state.total);
}

function bundle(state: ProgressState): MediaBundle {
  const line = progressLine(state);
  const svg = stateSvg(state);
  if (svg) return { "image/svg+xml": svg, "text/plain": line };
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

/** One output in several formats, by media type; the front end shows the richest it knows. */
export type MediaBundle = Record<string, unknown>;

interface Jupyter {
  display(
    bundle: MediaBundle,
    options: { raw: true; display_id?: string; update?: boolean },
  ): Promise<void>;
}

/** The kernel's display functions; undefined outside a notebook, where reading `Deno.jupyter` throws. */
export function jupyter(): Jupyter | undefined {
  try {
    return (Deno as unknown as { jupyter?: Jupyter }).jupyter;
  } catch {
    return undefined;
  }
}

/**
 * Waits until outputs are on their way. A Deno 2.9 kernel can report a cell as finished before its outputs have left,
 * and front ends drop what comes later.
 */
export function flushOutputs(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}
