/** The state behind a panel: its trials, the one under way, and what a reader asks for. */
import { UserError } from "../errors.ts";
import { reasonOf } from "../files.ts";
import { checkNames } from "../options.ts";
import type { Course } from "../progress/course.ts";
import { formatDuration } from "../progress/format.ts";
import { progressLine, type ProgressState, type Sink, watched } from "../progress/progress.ts";
import type { TableView } from "../results/mod.ts";
import type { Bench, Made } from "./bench.ts";
import { trialNames, trialTable } from "./compare.ts";
import { type Control, type DrawnControl, drawnControls } from "./controls.ts";

/** A curve as the page draws it. */
export interface DrawnCurve extends Course {
  name: string;
}

/** All that the page shows, as JSON. */
export interface PanelState {
  title: string;
  controls: DrawnControl[];
  curves: DrawnCurve[];
  table: TableView;
  /** The trial under way, in words. */
  running: { line: string; stopping: boolean } | null;
  /** What went wrong last, or what was done. */
  message: string;
}

/** A trial that kept no curve of its own, such as a stopped run of an experiment, has the one that was seen. */
function withCourse<Value>(made: Made<Value>, seen: ProgressState | undefined): Made<Value> {
  const { train, validation } = made.course;
  if (train.length + validation.length > 0 || !seen?.course) return made;
  return { ...made, course: seen.course, steps: made.steps || seen.done };
}

/** Milliseconds between two states while something trains. */
const INTERVAL = 400;

export interface Session<Value> {
  state(): PanelState;
  trials: Made<Value>[];
  /** Trains with these options; resolves when it is over. What goes wrong is thrown, and is in the state's message. */
  run(options: Record<string, unknown>): Promise<void>;
  /** Trains a trial on for further steps; the last one unless its place is given, from 0. */
  continue(steps: number, index?: number): Promise<void>;
  /** Ends the training under way after its step. */
  stop(): void;
  /** Calls a function with every new state, until what it returns is called. */
  watch(listener: (state: PanelState) => void): () => void;
}

export function createSession<Value>(
  bench: Bench<Value>,
  controls: Record<string, Control>,
  trials: Made<Value>[] = [],
): Session<Value> {
  const drawn = drawnControls(controls, bench.options, bench.defaults);
  const listeners = new Set<(state: PanelState) => void>();
  let under: { name: string; state?: ProgressState; stop: AbortController } | null = null;
  let message = "";

  const state = (): PanelState => {
    const names = trialNames(trials);
    const live = under?.state?.course;
    return {
      title: bench.title,
      controls: drawn,
      curves: [
        ...trials.map(({ course }, i) => ({ name: names[i]!, ...course })),
        ...live ? [{ name: under!.name, ...live }] : [],
      ],
      table: trialTable(trials),
      running: under && {
        line: under.state ? progressLine(under.state, 0) : "starting",
        stopping: under.stop.signal.aborted,
      },
      message,
    };
  };
  const tell = () => {
    const now = state();
    for (const listener of listeners) listener(now);
  };
  const sink: Sink = {
    interval: INTERVAL,
    draw(now) {
      if (under) under.state = now;
      tell();
    },
  };
  const during = async (name: string, work: (signal: AbortSignal) => Promise<Made<Value>>): Promise<void> => {
    if (under) throw new UserError("a training is under way; stop it first");
    under = { name, stop: new AbortController() };
    message = "";
    tell();
    // Compiling keeps the thread: what was told is sent before.
    await new Promise((resolve) => setTimeout(resolve, 0));
    try {
      const made = await watched(sink, () => work(under!.stop.signal));
      trials.push(withCourse(made, under.state));
      const end = made.stopped ? "stopped" : "done";
      message = `${end} after ${made.steps} steps, ${formatDuration(made.seconds)}`;
    } catch (error) {
      message = reasonOf(error);
      throw error;
    } finally {
      under = null;
      tell();
    }
  };
  return {
    state,
    trials,
    run: (options) =>
      during("now", async (signal) => {
        checkNames(options, Object.keys(bench.options), "panel");
        return await bench.make(options, signal);
      }),
    continue: (steps, index = trials.length - 1) => {
      const trial = trials[index];
      return during("now", (signal) => {
        if (!trial?.continue) {
          throw new UserError(trial ? "this run cannot go on" : `there is no run ${index + 1}`);
        }
        return trial.continue(steps, signal);
      });
    },
    stop() {
      under?.stop.abort();
      tell();
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
