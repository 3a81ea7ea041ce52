/** Tasks of Gaussian processes: kernels, samples, evaluation sets, and the exact predictor. */
export { gpSource } from "./source.ts";
export { type EvaluationSet, evaluationSet, type EvaluationSpec } from "./evaluation_set.ts";
export type { GpKernel } from "./kernels.ts";
export { type LongFunction, longFunction } from "./long_functions.ts";
export { gpPosterior } from "./posterior.ts";
export { sampleGp } from "./sampler.ts";
