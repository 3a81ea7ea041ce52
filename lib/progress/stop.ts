/**
 * A polite way to stop a long computation: it asks `stopRequested()` at every step and ends of its own accord, with
 * its results kept. A notebook's Stop button cannot do that: it ends the Deno kernel, or leaves it hanging.
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

/** Thrown where work that was to be stopped has no result to give. */
export class Stopped extends Error {
  constructor() {
    super("stopped");
  }
}
