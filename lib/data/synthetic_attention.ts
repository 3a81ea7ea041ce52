import { threefryUniform } from "@spin/xla/threefry";
import { UserError } from "../errors.ts";
import type { EncodedTable } from "./encode.ts";
import type { Fold } from "./folds.ts";
import { shuffled, span } from "./permutation.ts";
import { plainColumn } from "./schema.ts";

/** How large the table is, and how often its bits are flipped. */
export interface AttentionSizes {
  /** Context rows, half of each cluster. */
  rows: number;
  /** Query rows: a third each for train, validation and test, half of each third of one cluster. */
  queries: number;
  /** Columns of bits, and of labels. */
  features: number;
  labels: number;
  /** Chance of a flip for features of the first cluster and for labels. */
  noise: number;
  /** The same for features of the second cluster: a constant in the reference, whatever its flag says. */
  otherNoise: number;
}

/** The table of the official code (`npt/datasets/synthetic_att.py`): n = 6,600 rows, d = 124 columns. */
export const PUBLISHED_ATTENTION: AttentionSizes = {
  rows: 6000,
  queries: 600,
  features: 120,
  labels: 4,
  noise: 0.1,
  otherNoise: 0.05,
};

/** Two clusters of binary rows, and copies of some of them as queries. */
export interface SyntheticAttention {
  /** Context (first cluster, then second), train, validation and test queries; the labels are the last columns. */
  table: EncodedTable;
  /** Context and train queries are its train rows. */
  fold: Fold;
  /** Whose labels are hidden: [first row, number of rows] of the queries of each part. */
  queries: Record<"train" | "val" | "test", [number, number]>;
  /** [n] 0 or 1. */
  cluster: Uint8Array;
}

function check({ rows, queries, features, labels, noise, otherNoise }: AttentionSizes): void {
  const expect = (holds: boolean, option: string, expected: string, found: number) => {
    if (!holds) throw new UserError(`synthetic attention, ${option}: expected ${expected}, found ${found}`);
  };
  for (const [option, count] of Object.entries({ rows, queries, features, labels })) {
    expect(Number.isInteger(count) && count > 0, option, "a positive whole number", count);
  }
  for (const [option, share] of Object.entries({ noise, otherNoise })) {
    expect(share >= 0 && share <= 1, option, "a number from 0 to 1", share);
  }
  expect(rows % 2 === 0, "rows", "an even number", rows);
  expect(queries % 6 === 0, "queries", "a multiple of 6: three parts of two clusters", queries);
  expect(queries <= rows, "queries", `at most as many as rows, ${rows}, which they copy`, queries);
}

/**
 * Draws the table of the reference's attention experiment: rows of the first cluster are all ones with labels 0, rows of
 * the second all zeros with labels 1, each cell flipped by chance. Queries copy rows of the context exactly.
 *
 * @throws UserError for sizes that do not fit together.
 */
export function twoClusters(sizes: AttentionSizes, seed: number): SyntheticAttention {
  check(sizes);
  const { rows, queries, features, labels, noise, otherNoise } = sizes;
  const d = features + labels;
  const [half, sixth] = [rows / 2, queries / 6];
  const clusterOf = (row: number): number => row < half ? 0 : 1;
  const draws = threefryUniform(seed, 0, 0, rows * d);
  const context = Int32Array.from(draws, (draw, at) => {
    const cluster = clusterOf(Math.floor(at / d));
    const isFeature = at % d < features;
    const chance = isFeature && cluster === 1 ? otherNoise : noise;
    const usual = isFeature ? 1 - cluster : cluster;
    return draw < chance ? 1 - usual : usual;
  });
  /** The rows that the queries of a part copy, in a random order. */
  const copied = (part: number) => {
    const rows = [0, half].flatMap((start) => [...span(sixth, start + part * sixth)]);
    return shuffled(Int32Array.from(rows), [seed, part + 1]);
  };
  const copies = [0, 1, 2].flatMap((part) => [...copied(part)]);
  const n = rows + queries;
  const codes = new Int32Array(n * d);
  codes.set(context);
  copies.forEach((row, i) => codes.set(context.subarray(row * d, (row + 1) * d), (rows + i) * d));
  const third = 2 * sixth;
  const bits = ["0", "1"];
  return {
    table: {
      columns: [
        ...Array.from({ length: features }, (_, j) => plainColumn(`bit ${j + 1}`, false, bits)),
        ...Array.from({ length: labels }, (_, j) => plainColumn(`label ${j + 1}`, true, bits)),
      ],
      rows: n,
      values: new Float32Array(0),
      codes,
      missing: new Uint8Array(n * d),
    },
    fold: {
      train: span(rows + third),
      val: span(third, rows + third),
      test: span(third, rows + 2 * third),
    },
    queries: { train: [rows, third], val: [rows + third, third], test: [rows + 2 * third, third] },
    cluster: Uint8Array.from({ length: n }, (_, row) => clusterOf(row < rows ? row : copies[row - rows]!)),
  };
}
