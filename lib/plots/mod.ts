/** Figures as functions from rows to an `<svg>` element, made with Observable Plot. */
export { type Figure, toSvg } from "./figure.ts";
export { fitPowerLaw, fitSlope, type PowerLaw } from "./fit.ts";
export { logLog, type LogLogOptions, slopesOf } from "./log_log.ts";
export { type CurveOptions, type CurvePoint, lossCurve } from "./loss_curve.ts";
export { methodDots, type MethodOptions, type MethodScore } from "./method_dots.ts";
export { predictedVsTrue, type Prediction, type PredictionOptions } from "./predicted.ts";
export { type Axis, type PlaneOptions, type Point, scatter } from "./scatter.ts";
export { type Style, stylesOf } from "./theme.ts";
export type { Unit } from "./ticks.ts";
