import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import type { Cells, ColumnLayout, ModelColumn, Outputs } from "../models/table/columns.ts";
import { fixture, type GoldenCase } from "./case.ts";

/** A column without class names, as fixtures have them; 0 classes stand for a numeric column. */
export const columnOf = (classes: number): ModelColumn => ({
  kind: classes === 0 ? "numeric" : "categorical",
  classes: Array.from({ length: classes }, (_, c) => String(c)),
});

/**
 * Columns out of "numerical" and "categorical, 3 classes".
 *
 * @throws UserError for any other text
 */
export function parseColumns(texts: string[], where: string): ModelColumn[] {
  return texts.map((text) => {
    const classes = text === "numerical" ? 0 : Number(/^categorical, (\d+) classes$/.exec(text)?.[1]);
    if (Number.isInteger(classes)) return columnOf(classes);
    throw new UserError(
      `${where}, columns: expected "numerical" or "categorical, K classes", found "${text}".`,
    );
  });
}

/** Cells out of one tensor [n, classes + 1] or [n, 2] per column, `<prefix><column>`, whose last channel is the mask. */
export function readCells(golden: GoldenCase, layout: ColumnLayout, prefix: string): Cells {
  const columns = Array.from({ length: layout.d }, (_, j) => fixture(golden, `${prefix}${j}`));
  const n = columns[0]!.shape[0]!;
  const values = new Float32Array(n * layout.numeric.length);
  const onehot = new Float32Array(n * layout.categorical.length * layout.width);
  const mask = new Float32Array(n * layout.d);
  columns.forEach(({ data, shape }, j) => {
    const [kind, at] = placeOf(layout, j);
    const channels = kind === "numeric" ? 1 : layout.classes[at]!;
    if (String(shape) !== `${n},${channels + 1}`) {
      throw new UserError(
        `${golden.name}, ${prefix}${j}: expected shape [${n},${channels + 1}], found [${shape}].`,
      );
    }
    for (let i = 0; i < n; i++) {
      const row = data.subarray(i * (channels + 1), (i + 1) * (channels + 1));
      mask[i * layout.d + j] = row[channels]!;
      if (kind === "numeric") values[i * layout.numeric.length + at] = row[0]!;
      else onehot.set(row.subarray(0, channels), (i * layout.categorical.length + at) * layout.width);
    }
  });
  return {
    values: tf.tensor2d(values, [n, layout.numeric.length]),
    onehot: tf.tensor3d(onehot, [n, layout.categorical.length, layout.width]),
    mask: tf.tensor2d(mask, [n, layout.d]),
  };
}

/** One tensor per column in the reference's layout, `<prefix><column>`, without mask channel. */
export function splitOutputs(layout: ColumnLayout, { values, logits }: Outputs, prefix: string) {
  const split: Record<string, tf.Tensor> = {};
  const n = values.shape[0];
  layout.numeric.forEach((column, at) => split[`${prefix}${column}`] = tf.slice(values, [0, at], [n, 1]));
  layout.categorical.forEach((column, at) =>
    split[`${prefix}${column}`] = tf.slice(logits, [0, at, 0], [n, 1, layout.classes[at]!])
  );
  return split;
}

/** The same for cells, with the mask channel last. */
export function splitCells(layout: ColumnLayout, cells: Cells, prefix: string): Record<string, tf.Tensor> {
  const n = cells.mask.shape[0];
  const channels = splitOutputs(layout, { values: cells.values, logits: cells.onehot }, prefix);
  return Object.fromEntries(
    Object.entries(channels).map(([name, x]) => {
      const column = Number(name.slice(prefix.length));
      return [name, tf.concat([tf.reshape(x, [n, -1]), tf.slice(cells.mask, [0, column], [n, 1])], 1)];
    }),
  );
}

/** Kind of a column and its position among the columns of that kind. */
export function placeOf(layout: ColumnLayout, column: number): ["numeric" | "categorical", number] {
  const at = layout.numeric.indexOf(column);
  return at >= 0 ? ["numeric", at] : ["categorical", layout.categorical.indexOf(column)];
}
