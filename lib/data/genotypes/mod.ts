/** Genotypes of many samples: reading and writing VCF, marker panels, genetic maps, selecting and aligning. */

export { type Aligned, alignTargets } from "./align.ts";
export { type AlignmentReport, reportLines } from "./align_report.ts";
export { bgzfWriter } from "./bgzf.ts";
export { getBit } from "./genotypes.ts";
export { type GeneticMap, physicalMap, readGeneticMap } from "./genetic_map.ts";
export { type Genotypes, variantCount, variantKey, type Variants } from "./genotypes.ts";
export {
  type B1Samples,
  b1Samples,
  type B1Window,
  type GenotypeFigures,
  genotypeFigures,
  genotypePath,
  type RegionFigure,
  type WindowFigure,
} from "./project.ts";
export { formatRegion, parseRegion, type Region, sameContig } from "./region.ts";
export { alleleCounts, haplotypes, selectSamples, selectVariants } from "./select.ts";
export { onPanel, readSites } from "./sites.ts";
export { readVcf } from "./vcf.ts";
export { type ImputedBatch, writeImputed } from "./vcf_write.ts";
