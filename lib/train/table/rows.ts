import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable } from "../../data/mod.ts";
import type { Cells, ColumnLayout } from "../../models/table/mod.ts";

export interface Rows {
  /** [n, dn] standardised, 0 where missing. */
  values: tf.Tensor2D;
  /** int32 [n, dc] class indices, -1 where missing. */
  codes: tf.Tensor2D;
  /** [n, d] 1 where the cell is missing. */
  missing: tf.Tensor2D;
}

/** The chosen rows of a table (all of them by default), in that order. */
export function takeRows(table: EncodedTable, indices?: Int32Array): Rows {
  const d = table.columns.length;
  const dn = table.columns.filter(({ kind }) => kind === "numeric").length;
  const n = indices?.length ?? table.rows;
  const pick = <A extends Float32Array | Int32Array | Uint8Array>(from: A, width: number): A => {
    if (!indices) return from;
    const to = from.slice(0, 0).constructor as new (length: number) => A;
    const out = new to(n * width);
    indices.forEach((row, i) => out.set(from.subarray(row * width, (row + 1) * width), i * width));
    return out;
  };
  return {
    values: tf.tensor2d(pick(table.values, dn), [n, dn], "float32"),
    codes: tf.tensor2d(pick(table.codes, d - dn), [n, d - dn], "int32"),
    missing: tf.tensor2d(new Float32Array(pick(table.missing, d)), [n, d], "float32"),
  };
}

/** Rows as a model reads them, nothing hidden but what is missing. */
export function cellsOf(layout: ColumnLayout, { values, codes, missing }: Rows): Cells {
  const [n, dc] = codes.shape;
  const onehot = dc === 0
    ? tf.zeros([n, 0, layout.width]) as tf.Tensor3D
    : tf.cast(tf.oneHot(codes, layout.width), "float32") as tf.Tensor3D;
  return { values, onehot, mask: missing };
}

/** Rows chosen inside a compiled step. */
export function gatherRows({ values, codes, missing }: Rows, indices: tf.Tensor1D): Rows {
  return {
    values: tf.gather(values, indices),
    codes: tf.gather(codes, indices),
    missing: tf.gather(missing, indices),
  };
}

export function stackCells(a: Cells, b: Cells): Cells {
  return {
    values: tf.concat([a.values, b.values], 0),
    onehot: tf.concat([a.onehot, b.onehot], 0),
    mask: tf.concat([a.mask, b.mask], 0),
  };
}

/** [1, d] 1 at the target columns. */
export function targetMask(columns: readonly { target: boolean }[]): tf.Tensor2D {
  return tf.tensor2d(columns.map(({ target }) => Number(target)), [1, columns.length], "float32");
}
