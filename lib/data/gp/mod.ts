/** Tasks of Gaussian processes: kernels, samples, evaluation sets, and the exact predictor. */
export { gpSource, type LongFunction, longFunction, sampleGp } from "./sampler.ts";
export { type EvaluationSet, evaluationSet, type EvaluationSpec } from "./evaluation_set.ts";
export { type GpKernel, gpPosterior } from "./kernels.ts";
