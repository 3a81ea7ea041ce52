/** Figures as functions from rows to an `<svg>` element, made with Observable Plot. */
export type { Axis } from "./axes.ts";
export { budgetCurves, type BudgetOptions, type BudgetPoint, type Ended } from "./budget_curves.ts";
export { calibrationCurve, type CalibrationOptions, type CalibrationSeries } from "./calibration_curve.ts";
export { type Figure, toSvg } from "./figure.ts";
export { fitPowerLaw, fitSlope, type PowerLaw } from "./fit.ts";
export { type GridOptions, imageGrid, type Picture, type PictureRow } from "./image_grid.ts";
export { learningCurves, type LearningOptions, type LearningPoint } from "./learning_curves.ts";
export { logLog, type LogLogOptions, slopesOf } from "./log_log.ts";
export { type CurveOptions, type CurvePoint, lossCurve } from "./loss_curve.ts";
export { methodDots, type MethodOptions, type MethodScore } from "./method_dots.ts";
export { predictedVsTrue, type Prediction, type PredictionOptions } from "./predicted.ts";
export { type BandOptions, type Places, predictiveBands, type PredictivePanel } from "./predictive_bands.ts";
export { type ModelRank, rankLine, type RankOptions } from "./rank_line.ts";
export { rangeCurves, type RangeOptions, type RangePoint } from "./range_curves.ts";
export { type PlaneOptions, type Point, scatter } from "./scatter.ts";
export type { Rule, StackPanel } from "./stack.ts";
export { type Style, stylesOf } from "./theme.ts";
export type { Unit } from "./ticks.ts";
