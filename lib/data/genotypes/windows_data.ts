import { UserError } from "../../errors.ts";
import type { Fold } from "../folds.ts";
import type { Genotypes } from "./genotypes.ts";
import { alleleCounts, haplotypes, selectSamples } from "./select.ts";
import { haplotypeRows, type SampleSplit } from "./windows_rows.ts";
import { closestSites, targetBlocks } from "./windows.ts";

/** What is imputed from what: indices of variants. */
export interface ImputationSites {
  /** Measured by the array. */
  inputs: Int32Array;
  /** All others. */
  targets: Int32Array;
  /** How often each variant's ALT is among the train haplotypes [variants] */
  counts: Uint32Array;
}

/** The haplotypes of a window: a table to fill. */
export interface ImputationWindow {
  name: string;
  /** Alleles of the array sites [rows, sites], rows as `haplotypeRows` has them. */
  inputs: Uint8Array;
  /** Alleles to impute [rows, targets] */
  targets: Uint8Array;
  /** Indices of the variants [sites], [targets]. */
  inputVariants: Int32Array;
  targetVariants: Int32Array;
  fold: Fold;
  /** ALT alleles of each target among the train haplotypes, and how many haplotypes these are. */
  counts: Uint32Array;
  alleles: number;
}

export interface WindowOptions {
  /** Targets in a window (`subWin_size`). */
  size: number;
  /** Array sites in a window. */
  nClosest: number;
  /** Which of the blocks of targets, counted from 0. */
  block: number;
  name: string;
}

/**
 * Keeps the variants of which the train samples have both alleles: those of the array are inputs, the others
 * targets. The reference asks for an ALT among all samples, test included.
 *
 * @param panel indices of the variants that the array measures
 */
export function imputationSites(
  genotypes: Genotypes,
  panel: Int32Array,
  train: readonly string[],
): ImputationSites {
  const counts = alleleCounts(selectSamples(genotypes, train));
  const onArray = new Set(panel);
  const kept = [...counts.keys()].filter((v) => counts[v]! > 0 && counts[v]! < 2 * train.length);
  return {
    inputs: Int32Array.from(kept.filter((v) => onArray.has(v))),
    targets: Int32Array.from(kept.filter((v) => !onArray.has(v))),
    counts,
  };
}

/**
 * A window: a block of targets and the array sites around it.
 *
 * @throws UserError for a block that there is not, too few array sites, and missing calls, which a table of alleles
 *   cannot hold.
 */
export function imputationWindow(
  genotypes: Genotypes,
  { inputs, targets, counts }: ImputationSites,
  split: SampleSplit,
  { size, nClosest, block, name }: WindowOptions,
): ImputationWindow {
  if (genotypes.missing) throw new UserError(`${name}: expected genotypes without missing calls`);
  const blocks = targetBlocks(targets, size);
  const targetVariants = blocks[block];
  if (!targetVariants) {
    throw new UserError(`${name}: expected a block from 0 to ${blocks.length - 1}, found ${block}`);
  }
  const { position } = genotypes.variants;
  const positionsOf = (variants: Int32Array) => variants.map((v) => position[v]!);
  const inputVariants = closestSites(positionsOf(targetVariants), positionsOf(inputs), nClosest)
    .map((site) => inputs[site]!);
  const { haplotypes: rows, fold } = haplotypeRows(genotypes.samples, split);
  return {
    name,
    inputs: haplotypes(genotypes, inputVariants, rows),
    targets: haplotypes(genotypes, targetVariants, rows),
    inputVariants,
    targetVariants,
    fold,
    counts: Uint32Array.from(targetVariants, (v) => counts[v]!),
    alleles: 2 * split.train.length,
  };
}

/** Some rows of a matrix [rows, width] of alleles, such as those of a part of a fold. */
export function alleleRows(matrix: Uint8Array, width: number, rows: Int32Array): Uint8Array {
  const out = new Uint8Array(rows.length * width);
  rows.forEach((row, i) => out.set(matrix.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
