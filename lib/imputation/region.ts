import {
  alleleCounts,
  firstAtLeast,
  type GeneticMap,
  type Genotypes,
  haplotypes,
  variantCount,
} from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";
import type { ImputeSettings, WindowSizes } from "./settings.ts";

export interface ImputeTask {
  /** Phased, none missing. */
  reference: Genotypes;
  /** Indices of the reference's variants that the targets have, increasing [M]. */
  typed: Int32Array;
  /** The targets' haplotypes there, 0 and 1 [2·samples, M]. */
  known: Uint8Array;
  map: GeneticMap;
  /** Which of the reference's variants are asked for; those around them are genotyped and help. All by default. */
  inside?: { from: number; to: number };
  /** What was filled in among the known alleles; null if nothing was. */
  filled?: Filled | null;
  /** [samples, M]: 1 where a sample has one haplotype; null if all have two. */
  haploid?: Uint8Array | null;
  /** R2 at the genotyped variants if they are left out [M], where it was asked for. */
  typedR2?: Float32Array;
}

/** Alleles that the targets lack at variants they were genotyped at. */
export interface Filled {
  /** [2·samples, M]: 1 where the allele is missing. */
  open: Uint8Array;
  /** [2·samples, M]: the probability of ALT there. */
  probabilities: Float32Array;
  /** [2·samples, M]: what likelihoods of genotypes say of all alleles, as copyingDosages takes it; absent without them. */
  evidence?: Float32Array;
}

export interface CutRegion {
  /** Indices of variants to impute that vary in the reference, increasing. */
  targets: Int32Array;
  /** 1 for variants of which the reference has only ALT. */
  fixed: Uint8Array;
  windows: RegionWindow[];
  /** Of all variants of the reference. */
  centimorgans: Float64Array;
}

/** @throws UserError for too few genotyped variants to impute from */
export function cutRegion(
  { reference, typed, map, inside }: Omit<ImputeTask, "known">,
  settings: ImputeSettings,
): CutRegion {
  const n = variantCount(reference);
  const { from, to } = inside ?? { from: 0, to: n };
  const counts = alleleCounts(reference);
  const all = 2 * reference.samples.length;
  const isTyped = new Uint8Array(n);
  for (const i of typed) isTyped[i] = 1;
  const targets = Int32Array.from({ length: to - from }, (_, i) => from + i)
    .filter((i) => !isTyped[i] && counts[i]! > 0 && counts[i]! < all);
  const { word } = settings.windows;
  if (targets.length > 0 && typed.length < word) {
    throw new UserError(
      `expected at least ${word} genotyped variants of the reference in the region, found ${typed.length}`,
    );
  }
  const { position } = reference.variants;
  const [sites, wanted] = [typed, targets].map((indices) => indices.map((i) => position[i]!));
  return {
    targets,
    fixed: Uint8Array.from(counts, (count) => Number(count === all)),
    windows: regionWindows(sites!, wanted!, settings.windows),
    centimorgans: Float64Array.from(position, (at) => map.centimorgans(at)),
  };
}

/** Alleles of all haplotypes of the reference at some variants, [haplotypes, variants]. */
export const panelAt = (reference: Genotypes, variants: Int32Array): Uint8Array =>
  haplotypes(reference, variants, Int32Array.from({ length: 2 * reference.samples.length }, (_, i) => i));

/** Columns `from` to `to` of a matrix [rows, width]; 0 in those beyond its own. */
export function columnsOf<A extends Uint8Array | Float32Array>(
  matrix: A,
  width: number,
  from: number,
  to: number,
): A {
  const rows = matrix.length / width;
  const out = new (matrix.constructor as new (length: number) => A)(rows * (to - from));
  for (let r = 0; r < rows; r++) {
    out.set(matrix.subarray(r * width + from, r * width + Math.min(width, to)), r * (to - from));
  }
  return out;
}

/**
 * The numbers of sites and targets that a window's program has: all that a window may hold, half or a quarter of it. What is
 * beyond a window's own is filled up, so that two or three programs serve any region; a new one takes many seconds to compile.
 */
export function programSizes(window: RegionWindow, sizes: WindowSizes): { sites: number; targets: number } {
  const size = (count: number, most: number, unit: number) =>
    [4, 2, 1].map((part) => unit * Math.ceil(most / part / unit)).find((size) => size >= count)!;
  return {
    sites: size(window.sites.to - window.sites.from, sizes.sites, sizes.word),
    targets: size(window.targets.to - window.targets.from, sizes.targets, 1),
  };
}

/** A matrix [rows, width] with columns of 0 behind, or without its last columns. */
export const withWidth = <A extends Uint8Array | Float32Array>(matrix: A, width: number, wanted: number): A =>
  width === wanted ? matrix : columnsOf(matrix, width, 0, wanted);

/** A stretch of a region: consecutive targets, and the known sites around them. Ends are exclusive. */
export interface RegionWindow {
  targets: { from: number; to: number };
  sites: { from: number; to: number };
}

/**
 * Cuts a region into windows that all have the same numbers of targets and of sites, so that one compiled program serves
 * them all; the last one overlaps the one before. The sites are those nearest to the middle of the targets, as many on
 * either side as there are.
 *
 * @param sites, targets positions, not decreasing
 */
export function regionWindows(
  sites: ArrayLike<number>,
  targets: ArrayLike<number>,
  sizes: WindowSizes,
): RegionWindow[] {
  const T = Math.min(sizes.targets, targets.length);
  const S = Math.floor(Math.min(sizes.sites, sites.length) / sizes.word) * sizes.word;
  if (T === 0 || S === 0) return [];
  const count = Math.ceil(targets.length / T);
  return Array.from({ length: count }, (_, w) => {
    const from = Math.min(w * T, targets.length - T);
    const middle = (targets[from]! + targets[from + T - 1]!) / 2;
    const before = firstAtLeast(sites, middle);
    const start = Math.max(0, Math.min(sites.length - S, before - (S >> 1)));
    return { targets: { from, to: from + T }, sites: { from: start, to: start + S } };
  });
}
