/** Classical baselines and Beagle: thin adapters to the tools that their fields use. */
export { baselineInstalled, fitBaseline } from "./fit.ts";
export { baselineGrid, type SizeClass } from "./grids.ts";
export type { BaselineModel, BaselineTask, Setting } from "./fit.ts";
export { findBeagle } from "./beagle.ts";
export { runBeagle } from "./beagle.ts";
export { readBeagle } from "./beagle.ts";
export { plinkMap } from "../data/genotypes/genetic_map.ts";
export { MAF_BINS, mafBin, meanTargetR2, minorR2, pooledR2, type ScoredByFrequency } from "./genotype_r2.ts";
