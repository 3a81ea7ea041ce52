/**
 * A polite way to stop a long computation: it asks `stopRequested()` at every step and ends of its own accord, with
 * its results kept. A command's Ctrl-C, a notebook's Stop button, a file and an `AbortSignal` all come to this.
 */

/** The environment variable that names a file; touching that file is a request to stop. */
export const STOP_FILE = "SPIN_STOP";

/** How long a touched file counts. Long enough for every loop to see it, short enough not to stop the next run. */
const VALID = 20_000;

/** Milliseconds between two looks at the file. */
const INTERVAL = 100;

let requested = false;
let seen = false;
let looked = -Infinity;

/** Asks every computation in this process to stop. */
export function requestStop(): void {
  requested = true;
}

/** Takes the request of `requestStop` back. */
export function resetStop(): void {
  requested = false;
  seen = false;
  looked = -Infinity;
}

/**
 * Whether to stop now: a request, or a signal of the caller's. Cheap enough for every step: the file is looked at ten
 * times a second at most.
 */
export function stopRequested(signal?: AbortSignal): boolean {
  if (requested || signal?.aborted) return true;
  const now = Date.now();
  if (now - looked < INTERVAL) return seen;
  looked = now;
  seen = touchedLately(Deno.env.get(STOP_FILE), now);
  return seen;
}

function touchedLately(path: string | undefined, now: number): boolean {
  if (!path) return false;
  try {
    const { mtime } = Deno.statSync(path);
    return mtime !== null && now - mtime.getTime() < VALID;
  } catch {
    return false;
  }
}

/** How long a request of the Stop button counts where no training is under way, for loops of a cell's own. */
const IDLE_VALID = 2000;

/** A second Stop ends the process if the first was not yet followed, so many milliseconds after it. */
const SECOND = { least: 1000, most: 10_000 };

/** Trainings and experiments under way, the inner ones too. */
let working = 0;
/** When the Stop button was pressed whose request still counts. */
let interrupted: number | undefined;

function forget(): void {
  interrupted = undefined;
  resetStop();
}

/**
 * Does work that asks `stopRequested()`. What the Stop button asked for is over when the outermost work is: the next cell
 * begins without a request.
 */
export async function stoppable<T>(work: () => Promise<T>): Promise<T> {
  if (working === 0 && interrupted !== undefined) forget();
  working++;
  try {
    return await work();
  } finally {
    if (--working === 0 && interrupted !== undefined) forget();
  }
}

/**
 * What an interrupt of a notebook's kernel does, so that it does not end the kernel: a request to the work under way.
 *
 * @param say receives what happens, for the reader of the notebook
 * @param exit ends the kernel: at a second interrupt from 1 to 10 seconds after a first that was not yet followed
 */
export function interrupt(say: (message: string) => void, exit: () => void, now = Date.now()): void {
  const since = interrupted === undefined ? Infinity : now - interrupted;
  if (since < SECOND.least) return;
  if (since <= SECOND.most) return exit();
  interrupted = now;
  requestStop();
  if (working > 0) {
    say(
      "Stop: the step under way ends, and what was learnt stays. A second Stop within 10 seconds ends the kernel.",
    );
    return;
  }
  say("Stop: nothing is under way that can be stopped. A second Stop within 10 seconds ends the kernel.");
  setTimeout(() => {
    if (working === 0) resetStop();
  }, IDLE_VALID);
}

/** Turns the Stop button, which sends the kernel an interrupt, into a request. */
export function stopAtInterrupt(): void {
  Deno.addSignalListener("SIGINT", () => interrupt(console.log, () => Deno.exit(130)));
}

/** Thrown where work that was to be stopped has no result to give. */
export class Stopped extends Error {
  constructor() {
    super("stopped");
  }
}
