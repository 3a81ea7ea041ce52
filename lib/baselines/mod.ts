/** Classical baselines and Beagle: thin adapters to the tools that their fields use. */
export {
  baselineInstalled,
  type BaselineModel,
  type BaselineTask,
  fitBaseline,
  type Setting,
} from "./fit.ts";
export { baselineGrid, type SizeClass } from "./grids.ts";
export { findBeagle, readBeagle, runBeagle } from "./beagle.ts";
export { plinkMap } from "../data/genotypes/genetic_map.ts";
export { MAF_BINS, mafBin, meanTargetR2, minorR2, pooledR2, type ScoredByFrequency } from "./genotype_r2.ts";
