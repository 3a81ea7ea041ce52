/** Genotypes of many samples: reading VCF and VCF Zarr, marker panels, genetic maps, and selecting from them. */
export { type BitMatrix, bitMatrix, getBit, rowCounts, setBit, unpackBits } from "./bits.ts";
export { cachedGenotypes, type CacheOptions } from "./cache.ts";
export { sampleIndices } from "./chosen_samples.ts";
export { type Download, DOWNLOADS, locateDownload } from "./downloads.ts";
export { type GeneticMap, physicalMap, readGeneticMap } from "./genetic_map.ts";
export { type Genotypes, variantCount, variantKey, type Variants } from "./genotypes.ts";
export { formatRegion, parseRegion, type Region } from "./region.ts";
export { alleleCounts, haplotypes, selectSamples, selectVariants } from "./select.ts";
export { onPanel, readSites, sameContig, type Site } from "./sites.ts";
export { readVcf, type VcfOptions } from "./vcf.ts";
export type { ReadGenotypes, ReadReport } from "./vcf_records.ts";
export { readZarr } from "./zarr_read.ts";
export { writeZarr } from "./zarr_write.ts";
