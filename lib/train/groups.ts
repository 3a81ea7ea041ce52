import * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../nn/parameters.ts";

/** Tensors below this size share a group: their cost is that of launching operations, not of arithmetic. */
const SMALL = 1 << 15;

/** Parameters that an optimiser treats in one go, as an array [rows, width] with one row per reference tensor. */
export interface Group {
  /** Stable for a given model: the width of the rows, or the name of a large parameter of its own. */
  name: string;
  rows: number;
  width: number;
  /** [rows, width] out of one tensor per parameter of the model. */
  gather(tensors: tf.Tensor[]): tf.Tensor2D;
  /** Assigns [rows, width] to the variables of the parameters. */
  assign(values: tf.Tensor2D): void;
}

/**
 * Sorts parameters into groups of equal size per reference tensor, so that optimiser arithmetic runs once per group
 * and not once per parameter. Large parameters stay alone, which spares copying them.
 */
export function groupParameters(parameters: Parameter[]): Group[] {
  const members = new Map<string, number[]>();
  parameters.forEach((parameter, i) => {
    const width = widthOf(parameter);
    const name = width < SMALL ? `width ${width}` : parameter.name;
    members.set(name, [...members.get(name) ?? [], i]);
  });
  return [...members].map(([name, indices]) => {
    const width = widthOf(parameters[indices[0]!]!);
    const rows = indices.map((i) => rowsOf(parameters[i]!));
    return {
      name,
      width,
      rows: rows.reduce((a, b) => a + b, 0),
      gather: (tensors) => {
        const parts = indices.map((i, k) => tf.reshape(tensors[i]!, [rows[k]!, width]) as tf.Tensor2D);
        return parts.length === 1 ? parts[0]! : tf.concat(parts, 0);
      },
      assign: (values) => {
        const parts = indices.length === 1 ? [values] : tf.split(values, rows, 0);
        indices.forEach((i, k) => {
          const { variable, shape } = parameters[i]!;
          variable.assign(tf.reshape(parts[k]!, shape));
        });
      },
    };
  });
}

const rowsOf = ({ stacked, shape }: Parameter) => stacked ? shape[0]! : 1;

/** Elements per reference tensor (with padding, whose values and gradients stay 0). */
const widthOf = (parameter: Parameter) => tf.util.sizeFromShape(parameter.shape) / rowsOf(parameter);
