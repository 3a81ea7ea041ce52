/** Tasks of Gaussian processes: kernels, samples, evaluation sets, and the exact predictor. */
export { cholesky } from "./cholesky.ts";
export { gpSource } from "./source.ts";
export { checkRanges, type CountRanges, type Counts, drawCounts } from "./counts.ts";
export {
  type EvaluationBatch,
  type EvaluationOptions,
  type EvaluationSet,
  evaluationSet,
  type EvaluationSpec,
} from "./evaluation_set.ts";
export { covariance, GP_KERNELS, type GpKernel, gpKernel, type GpParameters, NOISE } from "./kernels.ts";
export { type LongFunction, longFunction } from "./long_functions.ts";
export { oracleLikelihoods } from "./oracle.ts";
export { gpPosterior, jointLogDensity, logMarginal, pointLogDensities, type Posterior } from "./posterior.ts";
export {
  drawGp,
  type GpBatch,
  gpBatch,
  type GpDraws,
  type GpTasks,
  sampleGp,
  type TailNoise,
} from "./sampler.ts";
