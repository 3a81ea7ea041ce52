/** Trainings seen and steered while they run: comparisons, panels with controls, pictures behind a slider. */
export { compare } from "./compare.ts";
export { log, range } from "./controls.ts";
export { panel } from "./panel.ts";
export { slides } from "./slides.ts";
