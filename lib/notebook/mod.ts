/** What notebooks import: showing results, and progress with a polite stop. */
export { html, markdown, show, text } from "./show.ts";
export { progress, stopRequested } from "../progress/mod.ts";
