/** Progress and polite stopping, for terminals, notebooks and headless runs alike. */
export { type Progress, progress } from "./progress.ts";
export { stoppable, Stopped, stopRequested } from "./stop.ts";
