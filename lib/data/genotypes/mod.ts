/** Genotypes of many samples: reading and writing VCF, marker panels, genetic maps, selecting and aligning. */
export { type Aligned, type AlignmentReport, alignTargets, reportLines } from "./align.ts";
export { type GeneticMap, mapWarnings, physicalMap, readGeneticMap } from "./genetic_map.ts";
export {
  firstAtLeast,
  type Genotypes,
  getBit,
  LAST_POSITION,
  parseRegion,
  type Region,
  sameContig,
  sliceVariants,
  variantCount,
  variantKey,
} from "./genotypes.ts";
export { b1Samples, genotypeFigures, genotypePath } from "./project.ts";
export { alleleCounts, haplotypes, onPanel, readSites, selectSamples, selectVariants } from "./select.ts";
export { contigsOf, readVcf } from "./vcf.ts";
export { oddityLines } from "./tally.ts";
export { checkSamples, type ImputedBatch, joinImputed, writeImputed } from "./vcf_write.ts";
