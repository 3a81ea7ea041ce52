import {
  b1Samples,
  type GeneticMap,
  genotypePath,
  type Genotypes,
  haplotypes,
  onPanel,
  readGeneticMap,
  readSites,
  readVcf,
} from "../../data/genotypes/mod.ts";
import {
  type HaplotypeRows,
  haplotypeRows,
  type ImputationSites,
  imputationSites,
  type ImputationWindow,
} from "../../data/genotypes/windows_data.ts";
import { b1Windows } from "../../data/genotypes/windows_set.ts";
import { copyingDosages } from "../../imputation/copying/dosages.ts";
import type { HaplotypeWindow } from "../../train/haplotype/fit.ts";

/** Benchmark B1 as haplotypes with places in centimorgans. */
export interface HaplotypeData {
  genotypes: Genotypes;
  map: GeneticMap;
  sites: ImputationSites;
  rows: HaplotypeRows;
  windows: ImputationWindow[];
}

/** @throws UserError for a window that there is not */
export async function haplotypeData(windows: readonly number[]): Promise<HaplotypeData> {
  const [split, reference, scaffold, mapFile] = await Promise.all([
    b1Samples(),
    genotypePath("reference"),
    genotypePath("scaffold"),
    genotypePath("map"),
  ]);
  const { genotypes } = await readVcf(reference, { require: "phased" });
  const panel = onPanel(genotypes, await readSites(scaffold, genotypes.contig));
  return {
    genotypes,
    map: await readGeneticMap(mapFile, genotypes.contig),
    sites: imputationSites(genotypes, panel, split.train),
    rows: haplotypeRows(genotypes.samples, split),
    windows: await b1Windows(windows),
  };
}

const pick = (rows: Int32Array, part: Int32Array): Int32Array => part.map((row) => rows[row]!);

/** A window as SPIN is trained on it: the train haplotypes at its sites and targets, in order of position. */
export function mosaicWindow(
  { genotypes, map, rows }: HaplotypeData,
  { inputVariants, targetVariants, fold }: ImputationWindow,
): HaplotypeWindow {
  const places = Int32Array.from([...inputVariants, ...targetVariants]).sort();
  const placeOf = new Map(Array.from(places, (variant, place) => [variant, place]));
  const { position } = genotypes.variants;
  return {
    panel: haplotypes(genotypes, places, pick(rows.haplotypes, fold.train)),
    centimorgans: Float64Array.from(places, (v) => map.centimorgans(position[v]!)),
    sites: inputVariants.map((v) => placeOf.get(v)!),
    targets: targetVariants.map((v) => placeOf.get(v)!),
  };
}

/** Probabilities of a window's targets by the copying model, which reads all array sites of the region, [rows, targets]. */
export function copiedTargets(
  { genotypes, map, rows, sites }: HaplotypeData,
  { targetVariants, fold }: ImputationWindow,
  part: Int32Array,
  options: { ne: number; mismatch: number },
): Promise<Float32Array> {
  const { position } = genotypes.variants;
  const places = (variants: Int32Array) => Float64Array.from(variants, (v) => map.centimorgans(position[v]!));
  const train = pick(rows.haplotypes, fold.train);
  return copyingDosages({
    reference: haplotypes(genotypes, sites.inputs, train),
    query: haplotypes(genotypes, sites.inputs, pick(rows.haplotypes, part)),
    centimorgans: places(sites.inputs),
    targets: {
      alleles: haplotypes(genotypes, targetVariants, train),
      centimorgans: places(targetVariants),
    },
  }, options);
}
