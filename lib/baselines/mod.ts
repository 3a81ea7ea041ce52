/** Classical baselines and Beagle: thin adapters to the tools that their fields use. */
export { baselineInstalled, fitBaseline } from "./fit.ts";
export { baselineGrid, product, type SizeClass } from "./grids.ts";
export {
  BASELINE_MODELS,
  type BaselineModel,
  type BaselineRequest,
  type BaselineResult,
  type BaselineTask,
  type Criterion,
  type Examples,
  type Inputs,
  type Setting,
} from "./request.ts";
export { type Beagle, findBeagle, type NoBeagle } from "./find_beagle.ts";
export { type BeagleRequest, type BeagleRun, runBeagle } from "./beagle.ts";
export { type BeagleOutput, readBeagle } from "./beagle_output.ts";
export { plinkMap } from "../data/genotypes/genetic_map.ts";
export {
  bootstrapError,
  type BootstrapOptions,
  dosages,
  MAF_BINS,
  mafBin,
  meanTargetR2,
  minorR2,
  pooledR2,
  type Scored,
  type ScoredByFrequency,
  targetR2,
} from "./genotype_r2.ts";
