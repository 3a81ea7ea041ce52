import { UserError } from "../errors.ts";
import type { Schema } from "./schema.ts";

/** Predictions in the table's own terms. */
export type DecodedTarget =
  | { kind: "numeric"; /** [n] in the target's units */ values: Float64Array }
  | {
    kind: "categorical";
    classes: string[];
    /** [n] the most probable class */ labels: string[];
    /** [n, classes] */ probabilities: Float64Array;
  };

/** What a model predicts for n rows, read from its tensors. */
export interface RawOutputs {
  /** [n, dn] standardised. */
  values: Float32Array;
  /** [n, dc, C], C at least the largest number of classes. */
  logits: Float32Array;
}

const diverged = (target: string, row: number) =>
  new UserError(
    `the prediction of "${target}" for row ${row + 1} is not a finite number: the model has diverged`,
  );

/**
 * The predictions of one target: numbers in its units, or classes with their probabilities (softmax of the logits over
 * the classes that the column has).
 *
 * @param rows n
 * @throws UserError if a prediction is not a finite number.
 */
export function decodeTarget(
  schema: Schema,
  target: string,
  outputs: RawOutputs,
  rows: number,
): DecodedTarget {
  const column = schema.columns.find(({ name }) => name === target);
  if (!column) throw new RangeError(`no column "${target}"`);
  const sameKind = schema.columns.filter(({ kind }) => kind === column.kind);
  const at = sameKind.indexOf(column);
  const width = sameKind.length;
  if (column.kind === "numeric") {
    const { mean, deviation } = column;
    const values = Float64Array.from(
      { length: rows },
      (_, row) => outputs.values[row * width + at]! * deviation + mean,
    );
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw diverged(target, wrong);
    return { kind: "numeric", values };
  }
  const { classes } = column;
  const depth = outputs.logits.length / (rows * width);
  const probabilities = new Float64Array(rows * classes.length);
  const labels: string[] = [];
  for (let row = 0; row < rows; row++) {
    const start = (row * width + at) * depth;
    const logits = outputs.logits.subarray(start, start + classes.length);
    const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!Number.isFinite(top)) throw diverged(target, row);
    const weights = Float64Array.from(logits, (logit) => Math.exp(logit - top));
    const total = weights.reduce((a, b) => a + b, 0);
    probabilities.set(weights.map((weight) => weight / total), row * classes.length);
    labels.push(classes[logits.indexOf(top)]!);
  }
  return { kind: "categorical", classes, labels, probabilities };
}
