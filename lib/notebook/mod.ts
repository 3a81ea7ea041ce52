/** What notebooks import: showing results, and progress with a polite stop. */
import { jupyter } from "../progress/progress.ts";
import { stopAtInterrupt } from "../progress/stop.ts";

export { html, markdown, show, text } from "./show.ts";
export { progress, stopRequested } from "../progress/mod.ts";

// Else the Stop button ends the kernel, with all variables.
if (jupyter()) stopAtInterrupt();
