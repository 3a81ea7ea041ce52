import * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../nn/parameters.ts";

/** Parameters below this size are joined: their cost is that of launching operations, not of arithmetic. */
const SMALL = 1 << 15;

/** Parameters that an optimiser treats in one go, as one array of all their elements. */
export interface Group {
  /** Stable for a given model: "small", or the name of a large parameter of its own. */
  name: string;
  size: number;
  /** [size] out of one tensor per parameter of the model. */
  gather(tensors: tf.Tensor[]): tf.Tensor1D;
  /** Assigns [size] to the variables of the parameters. */
  assign(values: tf.Tensor1D): void;
  /** [size] to [tensors]: the Euclidean norm of each tensor of the reference. */
  norms(values: tf.Tensor1D): tf.Tensor1D;
  /** [tensors] to [size]: what each tensor of the reference has, for all its elements. */
  spread(perTensor: tf.Tensor1D): tf.Tensor1D;
}

/**
 * Joins small parameters, so that optimiser arithmetic runs once and not once per parameter: a training step is a third
 * shorter to compile. Large parameters stay alone, which spares copying them.
 */
export function groupParameters(parameters: Parameter[]): Group[] {
  const sizes = parameters.map(({ shape }) => tf.util.sizeFromShape(shape));
  const indices = parameters.map((_, i) => i);
  const small = indices.filter((i) => sizes[i]! < SMALL)
    .sort((a, b) => widthOf(parameters[a]!) - widthOf(parameters[b]!) || a - b);
  const large = indices.filter((i) => sizes[i]! >= SMALL);
  return [
    ...small.length > 0 ? [groupOf("small", small, parameters)] : [],
    ...large.map((i) => groupOf(parameters[i]!.name, [i], parameters)),
  ];
}

function groupOf(name: string, indices: number[], parameters: Parameter[]): Group {
  const members = indices.map((i) => parameters[i]!);
  const sizes = members.map(({ shape }) => tf.util.sizeFromShape(shape));
  /** Neighbours whose tensors have one width, as [rows, width] with a row per tensor of the reference. */
  const runs: { rows: number; width: number }[] = [];
  for (const member of members) {
    const [rows, width] = [rowsOf(member), widthOf(member)];
    const last = runs.at(-1);
    if (last?.width === width) last.rows += rows;
    else runs.push({ rows, width });
  }
  return {
    name,
    size: sizes.reduce((a, b) => a + b, 0),
    gather: (tensors) => join(indices.map((i, k) => tf.reshape(tensors[i]!, [sizes[k]!]))),
    assign: (values) =>
      cut(values, sizes).forEach((part, k) => {
        const { variable, shape } = members[k]!;
        variable.assign(tf.reshape(part, shape));
      }),
    norms: (values) =>
      join(
        cut(values, runs.map(({ rows, width }) => rows * width)).map((part, k) =>
          tf.sqrt(tf.sum(tf.square(tf.reshape(part, [runs[k]!.rows, runs[k]!.width])), 1))
        ),
      ),
    spread: (perTensor) =>
      join(
        cut(perTensor, runs.map(({ rows }) => rows)).map((part, k) => {
          const { rows, width } = runs[k]!;
          return tf.reshape(tf.broadcastTo(tf.expandDims(part, 1), [rows, width]), [rows * width]);
        }),
      ),
  };
}

const join = (parts: tf.Tensor[]): tf.Tensor1D =>
  (parts.length === 1 ? parts[0]! : tf.concat(parts, 0)) as tf.Tensor1D;

const cut = (values: tf.Tensor1D, sizes: number[]): tf.Tensor[] =>
  sizes.length === 1 ? [values] : tf.split(values, sizes, 0);

const rowsOf = ({ stacked, shape }: Parameter) => stacked ? shape[0]! : 1;

/** Elements per reference tensor (with padding, whose values and gradients stay 0). */
const widthOf = (parameter: Parameter) => tf.util.sizeFromShape(parameter.shape) / rowsOf(parameter);
