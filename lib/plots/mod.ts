/** Figures as functions from rows to an `<svg>` element, made with Observable Plot. */

export { attentionMap } from "./image_grid.ts";
export { budgetCurves, type BudgetPoint, type Ended } from "./stack.ts";
export { calibrationCurve, type CalibrationSeries } from "./scatter.ts";
export { type Figure, toSvg } from "./figure.ts";
export { imageGrid, type Picture, type PictureRow } from "./image_grid.ts";
export { learningCurves } from "./learning_curves.ts";
export { logLog, slopesOf } from "./scatter.ts";
export { lossCurve } from "./scatter.ts";
export { methodDots, type MethodScore } from "./method_dots.ts";
export { predictedVsTrue } from "./scatter.ts";
export { predictiveBands } from "./predictive_bands.ts";
export { rankLine } from "./method_dots.ts";
export { rangeCurves, type RangePoint } from "./stack.ts";
export { rowDots } from "./method_dots.ts";
export { type Point, scatter } from "./scatter.ts";
export { stylesOf } from "./theme.ts";
