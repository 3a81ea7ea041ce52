/** Genotypes of many samples: reading and writing VCF, marker panels, genetic maps, selecting and aligning. */

export { type Aligned, alignTargets } from "./align.ts";
export { type AlignmentReport, reportLines } from "./align_report.ts";
export { firstAtLeast, getBit } from "./genotypes.ts";
export { type GeneticMap, physicalMap, readGeneticMap } from "./genetic_map.ts";
export { type Genotypes, variantCount, variantKey } from "./genotypes.ts";
export { b1Samples, genotypeFigures, genotypePath } from "./project.ts";
export { parseRegion, type Region } from "./genotypes.ts";
export { alleleCounts, haplotypes, selectSamples, selectVariants } from "./select.ts";
export { onPanel, readSites } from "./select.ts";
export { readVcf } from "./vcf.ts";
export { type ImputedBatch, writeImputed } from "./vcf_write.ts";
