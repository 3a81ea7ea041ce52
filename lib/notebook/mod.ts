/** What notebooks import: showing results, and progress with a polite stop. */
export { type Displayable, html, markdown, text } from "./bundle.ts";
export { show } from "./show.ts";
export { type Progress, progress, requestStop, stopRequested } from "../progress/mod.ts";
