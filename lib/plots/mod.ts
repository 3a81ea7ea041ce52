/** Figures as functions from rows to an `<svg>` element, made with Observable Plot. */
export { exportFigure, toPng } from "./export.ts";
export { type Figure, toSvg } from "./figure.ts";
export { attentionMap, imageGrid, type Picture, type PictureRow } from "./image_grid.ts";
export { methodDots, type MethodScore, rankLine, rowDots } from "./method_dots.ts";
export { predictiveBands } from "./predictive_bands.ts";
export {
  calibrationCurve,
  type CalibrationSeries,
  learningCurves,
  logLog,
  lossCurve,
  predictedVsTrue,
  scatter,
  slopesOf,
} from "./plane.ts";
export { budgetCurves, type BudgetPoint, type Ended, rangeCurves, type RangePoint } from "./stack.ts";
export { type Point, stylesOf } from "./theme.ts";
