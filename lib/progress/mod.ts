/** Progress and polite stopping, for terminals, notebooks and headless runs alike. */
export { type Progress, progress, type ProgressOptions } from "./progress.ts";
export { requestStop, resetStop, stopRequested } from "./stop.ts";
