/** Tasks of Gaussian processes: kernels, samples, evaluation sets, and the exact predictor. */
export { gpSource } from "./sampler.ts";
export { type EvaluationSet, evaluationSet, type EvaluationSpec } from "./evaluation_set.ts";
export type { GpKernel } from "./kernels.ts";
export { type LongFunction, longFunction } from "./sampler.ts";
export { gpPosterior } from "./kernels.ts";
export { sampleGp } from "./sampler.ts";
