import type { EncodedTable } from "./encode.ts";
import type { Fold } from "./folds.ts";
import { span } from "./permutation.ts";
import { plainColumn } from "./schema.ts";
import { threefryUniform } from "@spin/xla/threefry";

export interface LookupSizes {
  /** Pairs of a row and its copy that are trained on, and pairs that no training sees. */
  trained: number;
  asked: number;
  features: number;
  /** Deviation of what a copy's features differ by, where features have deviation 1. */
  noise: number;
}

/** A table of rows and their noisy copies. */
interface LookupTable {
  table: EncodedTable;
  /** Pairs that are trained on: [trained] rows, and the copy of each. */
  pairs: [Int32Array, Int32Array];
  /** The other pairs: their rows are the context (train), their copies are predicted (val). */
  asked: Fold;
}

/** [n] standard normal numbers (Box-Muller). */
function normals(seed: number, stream: number, n: number): Float32Array {
  const u = threefryUniform(seed, stream, 0, 2 * n);
  return Float32Array.from(
    { length: n },
    (_, i) => Math.sqrt(-2 * Math.log(1 - u[2 * i]!)) * Math.cos(2 * Math.PI * u[2 * i + 1]!),
  );
}

/**
 * The probe of NPT's authors (a table with a noisy copy of each row), made so that no parametric model can pass it: labels
 * are drawn at random, so nothing but the row that it copies tells the label of a row; and those that are asked for are of
 * rows that no training has seen. A model that reads its context comes near an error of 0, any other one stays at 1, the
 * deviation of the labels.
 *
 * @returns n = 2 · (trained + asked) rows of d = features + 1 columns, the label last; rows, then their copies
 */
export function lookupTable({ trained, asked, features, noise }: LookupSizes, seed: number): LookupTable {
  const count = trained + asked;
  const d = features + 1;
  const [x, y] = [normals(seed, 1, count * features), normals(seed, 2, count)];
  const away = normals(seed, 3, count * features);
  const values = new Float32Array(2 * count * d);
  for (let row = 0; row < 2 * count; row++) {
    const [original, isCopy] = [row % count, row >= count];
    for (let j = 0; j < features; j++) {
      const at = original * features + j;
      values[row * d + j] = x[at]! + (isCopy ? noise * away[at]! : 0);
    }
    values[row * d + features] = y[original]!;
  }
  const columns = [
    ...Array.from({ length: features }, (_, j) => plainColumn(`x${j + 1}`, false)),
    plainColumn("y", true),
  ];
  const none = new Int32Array();
  return {
    table: { columns, rows: 2 * count, values, codes: none, missing: new Uint8Array(2 * count * d) },
    pairs: [span(trained), span(trained, count)],
    asked: { train: span(asked, trained), val: span(asked, count + trained), test: none },
  };
}
