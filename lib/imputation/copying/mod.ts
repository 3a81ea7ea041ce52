/** The copying model of Li and Stephens: imputing haplotypes, and phasing genotypes, with a reference. */

export { copyingDosages, type CopyingTask } from "./dosages.ts";
export type { KnownPhase } from "./pair_batch.ts";
export type { CopyingOptions } from "./options.ts";
export { phase, type PhasingOptions, type PhasingTask } from "./phase.ts";
