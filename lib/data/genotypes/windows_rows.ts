import { UserError } from "../../errors.ts";
import type { Fold } from "../folds.ts";
import { shuffled } from "../permutation.ts";
import { sampleIndices } from "./select.ts";

/** Names of the samples of each part. */
export interface SampleSplit {
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

export interface ProportionOptions {
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
