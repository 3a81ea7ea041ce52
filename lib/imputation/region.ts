import {
  alleleCounts,
  type GeneticMap,
  type Genotypes,
  haplotypes,
  variantCount,
} from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";
import { type RegionWindow, regionWindows } from "./windows.ts";
import type { ImputeSettings } from "./settings.ts";

/** What is to be imputed from what. */
export interface ImputeTask {
  /** Phased, none missing. */
  reference: Genotypes;
  /** Indices of the reference's variants that the targets have, increasing [M]. */
  typed: Int32Array;
  /** The targets' haplotypes there, 0 and 1 [2·samples, M]. */
  known: Uint8Array;
  map: GeneticMap;
}

/** A region cut into windows. */
export interface Region {
  /** Indices of variants to impute that vary in the reference, increasing. */
  targets: Int32Array;
  /** 1 for variants of which the reference has only ALT. */
  fixed: Uint8Array;
  windows: RegionWindow[];
  /** Of all variants of the reference. */
  centimorgans: Float64Array;
}

/** @throws UserError for a reference with missing calls or unphased ones, and for too few genotyped variants to impute from */
export function cutRegion({ reference, typed, map }: ImputeTask, settings: ImputeSettings): Region {
  if (reference.missing || reference.unphased) {
    throw new UserError(
      `the reference: expected phased genotypes without missing ones, found ${
        reference.missing ? "missing" : "unphased"
      } ones; phase it first`,
    );
  }
  const n = variantCount(reference);
  const counts = alleleCounts(reference);
  const all = 2 * reference.samples.length;
  const isTyped = new Uint8Array(n);
  for (const i of typed) isTyped[i] = 1;
  const targets = Int32Array.from({ length: n }, (_, i) => i)
    .filter((i) => !isTyped[i] && counts[i]! > 0 && counts[i]! < all);
  const { word } = settings.windows;
  if (targets.length > 0 && typed.length < word) {
    throw new UserError(
      `expected at least ${word} genotyped variants of the reference in the region, found ${typed.length}`,
    );
  }
  const { position } = reference.variants;
  return {
    targets,
    fixed: Uint8Array.from(counts, (count) => Number(count === all)),
    windows: regionWindows(
      typed.map((i) => position[i]!),
      targets.map((i) => position[i]!),
      settings.windows,
    ),
    centimorgans: Float64Array.from(position, (at) => map.centimorgans(at)),
  };
}

/** Alleles of all haplotypes of the reference at some variants, [haplotypes, variants]. */
export const panelAt = (reference: Genotypes, variants: Int32Array): Uint8Array =>
  haplotypes(
    reference,
    variants,
    Int32Array.from({ length: 2 * reference.samples.length }, (_, i) => i),
  );

/** Some columns of a matrix [rows, width]. */
export function columnsOf<A extends Uint8Array | Float32Array>(
  matrix: A,
  width: number,
  from: number,
  to: number,
): A {
  const rows = matrix.length / width;
  const out = new (matrix.constructor as new (length: number) => A)(rows * (to - from));
  for (let r = 0; r < rows; r++) {
    out.set(matrix.subarray(r * width + from, r * width + to), r * (to - from));
  }
  return out;
}
