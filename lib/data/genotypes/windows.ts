import { UserError } from "../../errors.ts";
import type { EncodedTable } from "../encode.ts";
import type { Fold } from "../folds.ts";
import { permutation, shuffled, span } from "../permutation.ts";
import { plainColumn } from "../schema.ts";
import { firstAtLeast, type Genotypes } from "./genotypes.ts";
import { b1Samples, genotypePath, type SampleSplit } from "./project.ts";
import { alleleCounts, haplotypes, onPanel, readSites, sampleIndices, selectSamples } from "./select.ts";
import { readVcf } from "./vcf.ts";

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

/** Cuts variants, by index, in windows of `size`; the rest belongs to none. @throws UserError for too few */
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
    return span(2 * at.length, start);
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

/** A fold of `haplotypeRows` with fewer train rows (`train_proportion`). @throws UserError if none is left */
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
  const chosen = permutation(samples, [seed, 0]).subarray(0, Math.trunc(proportion * samples)).sort();
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
 * Keeps variants of which the train samples have both alleles: those of the array (`panel`) are inputs, others
 * targets. The reference asks for an ALT among all samples, test included.
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

/** A block of targets and the array sites around it. @throws UserError for missing calls or too few sites */
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

interface WindowChoice {
  blocks: number;
  /** Windows to train on, and windows that no training sees. */
  seen: number;
  unseen: number;
  /** Blocks that always are among the seen ones, such as the standard windows of the reference. */
  always?: readonly number[];
  /** Least distance of an unseen block from any seen one; 1 lets them be neighbours. */
  apart?: number;
  seed: number;
}

/**
 * Draws the windows of a multi-window training (`formWinDicts`), and others to test it on. The reference has no
 * unseen ones.
 *
 * @returns increasing numbers of blocks; those of `always` come first
 * @throws UserError if there are not enough blocks.
 */
export function chooseBlocks(
  { blocks, seen, unseen, always = [], apart = 1, seed }: WindowChoice,
): { seen: number[]; unseen: number[] } {
  const order = [...permutation(blocks, [seed, 0])].filter((block) => !always.includes(block));
  const ours = [...always, ...order.slice(0, Math.max(0, seen - always.length)).sort((a, b) => a - b)];
  const free = order.filter((block) => ours.every((other) => Math.abs(block - other) >= apart));
  if (ours.length !== seen || free.length < unseen) {
    throw new UserError(
      `windows: expected ${seen} blocks to train on and ${unseen} others at least ${apart} apart from them, ` +
        `found ${ours.length} and ${free.length} of ${blocks}`,
    );
  }
  return { seen: ours, unseen: free.slice(0, unseen).sort((a, b) => a - b) };
}

/** The window that an epoch, from 0, trains on: one random order of all windows, over and over. */
export const windowOfEpoch = (windows: number, epoch: number, seed: number): number =>
  permutation(windows, [seed, 1])[epoch % windows]!;

/** @throws UserError unless all windows have equally many columns and the same rows, as one model needs them. */
export function checkAlike(windows: readonly ImputationWindow[]): void {
  const shape = ({ inputVariants, targetVariants, fold }: ImputationWindow) =>
    `${inputVariants.length} array sites, ${targetVariants.length} targets, ` +
    `${fold.train.length}/${fold.val.length}/${fold.test.length} train/validation/test rows`;
  const [first] = windows;
  const other = windows.find((window) => shape(window) !== shape(first!));
  if (!other) return;
  throw new UserError(
    `windows of one model: expected ${shape(first!)} in each (as ${first!.name} has), found ` +
      `${shape(other)} in ${other.name}`,
  );
}

export const B1_WINDOWS = 5;

/** The name of a window of B1 with so many targets. */
export const b1WindowName = (window: number, size: number): string =>
  `b1-window${window}${size === 100 ? "" : `-${size}`}`;

/** All of B1: its samples, their genotypes, and the variants that are imputed and from which. @throws UserError as genotypePath */
export async function b1Region() {
  const [split, reference, scaffold] = await Promise.all([
    b1Samples(),
    genotypePath("reference"),
    genotypePath("scaffold"),
  ]);
  const { genotypes } = await readVcf(reference, { require: "phased" });
  const panel = onPanel(genotypes, await readSites(scaffold, genotypes.contig));
  return { split, genotypes, sites: imputationSites(genotypes, panel, split.train) };
}

/**
 * Some of B1's windows, which data/genotypes/README.md describes: the middles of five parts of the region. With
 * another size than the reference's 100 targets and 150 array sites they are at about the same places.
 *
 * @param windows 0 to 4
 * @throws UserError for another window, a size without five windows, and as genotypePath.
 */
export async function b1Windows(
  windows: readonly number[],
  { size = 100, nClosest = 150 } = {},
): Promise<ImputationWindow[]> {
  const wrong = windows.find((window) => !(Number.isInteger(window) && window >= 0 && window < B1_WINDOWS));
  if (wrong !== undefined) {
    throw new UserError(`windows: expected whole numbers from 0 to ${B1_WINDOWS - 1}, found ${wrong}`);
  }
  const { split, genotypes, sites } = await b1Region();
  const blocks = spacedBlocks(targetBlocks(sites.targets, size).length, B1_WINDOWS);
  return windows.map((window) =>
    imputationWindow(genotypes, sites, split, {
      size,
      nClosest,
      block: blocks[window]!,
      name: b1WindowName(window, size),
    })
  );
}

/** Words longer than this would need millions of classes. */
const LONGEST = 16;

/** Classes of a column of words of `k` alleles: class 0 is reserved and never occurs, as in the reference. */
export const wordClasses = (k: number): number => 2 ** k + 1;

/** The length of the words of a column with so many classes. @throws UserError for no such number */
export function wordLength(classes: number, column: string): number {
  const k = Math.log2(classes - 1);
  if (Number.isInteger(k) && k >= 1) return k;
  throw new UserError(
    `column "${column}": expected 2^K + 1 classes, words of K alleles, found ${classes} classes`,
  );
}

/**
 * Codes each stretch of `k` neighbouring alleles as one word (`npt/utils/dataUtil.py`): 1 + the number whose bits
 * they are, the first allele highest. Alleles beyond the last whole word are dropped.
 *
 * @param alleles 0 and 1 [rows, sites]
 * @returns words from 1 to 2^k [rows, trunc(sites / k)]
 * @throws UserError for a `k` that is no whole number from 1 to 16, or above the number of sites.
 */
export function wordsOf(alleles: ArrayLike<number>, sites: number, k: number): Int32Array {
  if (!(Number.isInteger(k) && k >= 1 && k <= Math.min(LONGEST, sites))) {
    throw new UserError(
      `word length: expected a whole number from 1 to ${Math.min(LONGEST, sites)}, found ${k}`,
    );
  }
  const rows = alleles.length / sites;
  const count = Math.floor(sites / k);
  const words = new Int32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    for (let w = 0; w < count; w++) {
      let bits = 0;
      for (let i = 0; i < k; i++) bits = 2 * bits + alleles[row * sites + w * k + i]!;
      words[row * count + w] = 1 + bits;
    }
  }
  return words;
}

/** The alleles of words, [words · k]: the opposite of `wordsOf`. */
export function allelesOfWords(words: ArrayLike<number>, k: number): Uint8Array {
  const alleles = new Uint8Array(words.length * k);
  for (let w = 0; w < words.length; w++) {
    const word = words[w]!;
    if (!(word >= 1 && word <= 2 ** k)) {
      throw new RangeError(`Expected words from 1 to ${2 ** k}, found ${word}.`);
    }
    for (let i = 0; i < k; i++) alleles[w * k + i] = ((word - 1) >> (k - 1 - i)) & 1;
  }
  return alleles;
}

/**
 * The probability of allele 1 at each place of some words (`npt/loss.py`, compute_r2): class 0 is left out, the
 * others go through a softmax, and the probabilities of the words with a 1 at that place are added.
 *
 * @param logits [words, 2^k + 1]
 * @returns [words · k]
 */
export function dosagesOfWords(logits: ArrayLike<number>, k: number): Float64Array {
  const classes = wordClasses(k);
  const words = logits.length / classes;
  const out = new Float64Array(words * k);
  const weights = new Float64Array(classes);
  for (let w = 0; w < words; w++) {
    let top = -Infinity;
    for (let c = 1; c < classes; c++) top = Math.max(top, logits[w * classes + c]!);
    let total = 0;
    for (let c = 1; c < classes; c++) total += weights[c] = Math.exp(logits[w * classes + c]! - top);
    for (let c = 1; c < classes; c++) {
      for (let i = 0; i < k; i++) {
        if (((c - 1) >> (k - 1 - i)) & 1) out[w * k + i]! += weights[c]! / total;
      }
    }
  }
  return out;
}

/** Alleles in a word (`Kmer_win_size`). */
const WORD = 5;

/**
 * A window as a table: a column for each word of `k` neighbouring array sites (x0, x1, ...), then one for each word
 * of targets (y0, y1, ...), all categorical with 2^k + 1 classes. Array sites beyond the last whole word are
 * dropped.
 *
 * @throws UserError if the targets do not fill whole words: some would never be imputed.
 */
export function windowTable(window: ImputationWindow, k = WORD): EncodedTable {
  const { inputs, targets, inputVariants, targetVariants, name } = window;
  if (targetVariants.length % k !== 0) {
    throw new UserError(`${name}: expected a multiple of ${k} targets, found ${targetVariants.length}`);
  }
  const rows = targets.length / targetVariants.length;
  const x = wordsOf(inputs, inputVariants.length, k);
  const y = wordsOf(targets, targetVariants.length, k);
  const [dx, dy] = [x.length / rows, y.length / rows];
  const codes = new Int32Array(rows * (dx + dy));
  for (let row = 0; row < rows; row++) {
    codes.set(x.subarray(row * dx, (row + 1) * dx), row * (dx + dy));
    codes.set(y.subarray(row * dy, (row + 1) * dy), row * (dx + dy) + dx);
  }
  const classes = Array.from(
    { length: wordClasses(k) },
    (_, word) => word === 0 ? "none" : (word - 1).toString(2).padStart(k, "0"),
  );
  const columns = Array.from(
    { length: dx + dy },
    (_, j) => plainColumn(j < dx ? `x${j}` : `y${j - dx}`, j >= dx, classes),
  );
  return { columns, rows, values: new Float32Array(0), codes, missing: new Uint8Array(codes.length) };
}
