import { UserError } from "../../errors.ts";
import type { Fold } from "../folds.ts";
import { shuffled } from "../permutation.ts";
import { firstAtLeast, type Genotypes } from "./genotypes.ts";
import { alleleCounts, haplotypes, sampleIndices, selectSamples } from "./select.ts";

/**
 * The input sites of a window (`npt/datasets/imputation.py`, getClosestSnps): for each target the `nClosest` sites
 * that are nearest by position, one at its own position left out and the first of equally near ones taken first; of
 * all these together, in order, the middle `nClosest`.
 *
 * @param targetPositions [targets]
 * @param sitePositions of the sites that an array measures, not decreasing [sites]
 * @returns increasing indices of sites [nClosest]
 * @throws UserError if there are fewer sites.
 */
export function closestSites(
  targetPositions: ArrayLike<number>,
  sitePositions: Int32Array,
  nClosest: number,
): Int32Array {
  if (!(Number.isInteger(nClosest) && nClosest >= 1)) {
    throw new UserError(`nClosest: expected a positive whole number, found ${nClosest}`);
  }
  const near = new Uint8Array(sitePositions.length);
  for (let t = 0; t < targetPositions.length; t++) {
    markNearest(sitePositions, targetPositions[t]!, nClosest, near);
  }
  const union: number[] = [];
  near.forEach((mark, site) => mark && union.push(site));
  const start = Math.floor(union.length / 2) - Math.floor(nClosest / 2);
  return Int32Array.from(union.slice(start, start + nClosest));
}

/** Marks the `count` sites nearest to a position, those at it left out. */
function markNearest(sites: Int32Array, position: number, count: number, near: Uint8Array): void {
  const [left, right] = [firstAtLeast(sites, position), firstAtLeast(sites, position + 1)];
  const found = sites.length - (right - left);
  if (found < count) {
    throw new UserError(
      `a window at ${position}: expected at least ${count} array sites beside it, found ${found}; choose fewer ` +
        "(nClosest) or an array with more sites",
    );
  }
  // All sites as far as the last that can be among them: of equally near ones the first are taken.
  const start = firstAtLeast(sites, sites[Math.max(0, left - count)]!);
  const beside = Array.from({ length: Math.min(sites.length, right + count) - start }, (_, i) => start + i)
    .filter((site) => site < left || site >= right);
  const distance = (site: number) => Math.abs(sites[site]! - position);
  beside.sort((a, b) => distance(a) - distance(b));
  for (const site of beside.slice(0, count)) near[site] = 1;
}

/**
 * Cuts the variants to impute, in their order, in windows of `size`; what is left at the end belongs to none.
 *
 * @param variants indices of variants
 * @throws UserError if there are not enough for one window.
 */
export function targetBlocks(variants: Int32Array, size: number): Int32Array[] {
  if (!(Number.isInteger(size) && size >= 1 && size <= variants.length)) {
    throw new UserError(`window size: expected a whole number from 1 to ${variants.length}, found ${size}`);
  }
  return Array.from(
    { length: Math.floor(variants.length / size) },
    (_, block) => variants.subarray(block * size, (block + 1) * size),
  );
}

/**
 * The blocks in the middles of `count` equal parts of all `blocks`: for 5 of 165 those of B1, 16, 49, 82, 115 and
 * 148.
 */
export function spacedBlocks(blocks: number, count: number): number[] {
  if (!(Number.isInteger(count) && count >= 1 && count <= blocks)) {
    throw new UserError(`windows: expected a whole number from 1 to ${blocks}, found ${count}`);
  }
  return Array.from({ length: count }, (_, i) => Math.floor((2 * i + 1) * blocks / (2 * count)));
}

/** Names of the samples of each part. */
interface SampleSplit {
  train: readonly string[];
  val: readonly string[];
  test: readonly string[];
}

/** The haplotypes of samples as rows of a table. */
export interface HaplotypeRows {
  /** The haplotype of each row, a column of `Genotypes.alleles` [rows] */
  haplotypes: Int32Array;
  fold: Fold;
}

/**
 * Rows as the reference stacks them: train, validation, test; in each part first the first haplotypes of its
 * samples, then their second ones. Both haplotypes of a sample are in one part.
 *
 * @param samples of the genotypes
 * @throws UserError for a sample that is not there or in two parts.
 */
export function haplotypeRows(samples: readonly string[], split: SampleSplit): HaplotypeRows {
  sampleIndices(samples, [...split.train, ...split.val, ...split.test], "samples of the split");
  const haplotypes: number[] = [];
  const part = (names: readonly string[]): Int32Array => {
    const start = haplotypes.length;
    const at = names.length === 0 ? [] : [...sampleIndices(samples, names, "samples of the split")];
    for (const second of [0, 1]) haplotypes.push(...at.map((sample) => 2 * sample + second));
    return Int32Array.from({ length: 2 * at.length }, (_, i) => start + i);
  };
  const fold = { train: part(split.train), val: part(split.val), test: part(split.test) };
  return { haplotypes: Int32Array.from(haplotypes), fold };
}

interface ProportionOptions {
  /** Share of the train rows to use, in (0, 1]. */
  proportion: number;
  /**
   * `clean`: both haplotypes of a random share of the train samples; validation rows stay as they are. `literal`:
   * as the reference does, the first of the train rows, to which the validation rows are joined; of all these
   * together a random part becomes validation, so that for a small share most train rows are former validation
   * rows.
   */
  mode: "clean" | "literal";
  seed: number;
}

/** Share of the rows that the reference takes for validation. */
const VALIDATION = 0.125;

/**
 * A fold with fewer train rows (`train_proportion`).
 *
 * @param fold from `haplotypeRows`
 * @throws UserError for a share outside (0, 1], or one that leaves no train row.
 */
export function withTrainProportion(fold: Fold, { proportion, mode, seed }: ProportionOptions): Fold {
  if (!(proportion > 0 && proportion <= 1)) {
    throw new UserError(`train proportion: expected a share above 0 and at most 1, found ${proportion}`);
  }
  const { train, val, test } = fold;
  const rows = mode === "clean"
    ? { train: someSamples(train, proportion, seed), val }
    : split([...train.subarray(0, Math.trunc(proportion * train.length)), ...val], seed);
  if (rows.train.length === 0) {
    throw new UserError(`train proportion: ${proportion} of ${train.length} train rows leaves none`);
  }
  return { ...rows, test };
}

function someSamples(train: Int32Array, proportion: number, seed: number): Int32Array {
  const samples = train.length / 2;
  const chosen = shuffled(Int32Array.from({ length: samples }, (_, sample) => sample), [seed, 0])
    .subarray(0, Math.trunc(proportion * samples)).sort();
  return Int32Array.of(...[0, samples].flatMap((half) => [...chosen].map((at) => train[half + at]!)));
}

function split(rows: number[], seed: number): Pick<Fold, "train" | "val"> {
  const order = shuffled(Int32Array.from(rows), [seed, 0]);
  const count = Math.ceil(VALIDATION * order.length);
  return { train: order.slice(count).sort(), val: order.slice(0, count).sort() };
}

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

interface WindowOptions {
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
  const varying = [...counts.keys()].filter((v) => counts[v]! > 0 && counts[v]! < 2 * train.length);
  return {
    inputs: Int32Array.from(varying.filter((v) => onArray.has(v))),
    targets: Int32Array.from(varying.filter((v) => !onArray.has(v))),
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
