import * as tf from "@tensorflow/tfjs-core";
import type { Case, Cases } from "./cases.ts";

/** A result as it was read. */
interface Value {
  shape: number[];
  dtype: string;
  values: number[];
}

/** The results of all cases on the engine in use. Nothing is read before everything is recorded. */
export function computeAll(cases: Cases): Record<string, Value[] | string> {
  const tensors = Object.entries(cases).map(([name, one]) => [name, attempt(() => compute(one))] as const);
  return Object.fromEntries(
    tensors.map((
      [name, list],
    ) => [name, typeof list === "string" ? list : attempt(() => list.map(read))]),
  );
}

function attempt<T>(f: () => T): T | string {
  try {
    return f();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compute({ inputs, run, gradient }: Case): tf.Tensor[] {
  const given = inputs();
  const result = run(...given);
  const list = Array.isArray(result) ? result : [result];
  if (!gradient) return list;
  const weighted = (...x: tf.Tensor[]) => {
    const out = run(...x);
    const first = Array.isArray(out) ? out[0]! : out;
    const weights = tf.tensor(
      Array.from({ length: first.size }, (_, i) => 1 + (i % 5) / 4),
      first.shape,
    );
    return tf.sum(tf.mul(first, weights)) as tf.Scalar;
  };
  return [...list, ...tf.grads(weighted)(given)];
}

const read = (tensor: tf.Tensor): Value => ({
  shape: tensor.shape,
  dtype: tensor.dtype,
  values: Array.from(tensor.dataSync()),
});

const near = (a: number, b: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-5 + 2e-5 * Math.abs(b);

const text = ({ shape, dtype, values }: Value): string =>
  `${dtype} [${shape}] ${values.map((v) => +v.toPrecision(7))}`;

/** One line for each result that is not as expected. */
export function valueDifferences(
  found: Record<string, Value[] | string>,
  expected: Record<string, Value[] | string>,
): string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const got = found[name]!;
    if (typeof wanted === "string") return [`${name}: the reference failed: ${wanted}`];
    if (typeof got === "string") return [`${name}: ${got}`];
    return wanted.flatMap((value, i) => {
      const other = got[i]!;
      const equal = other.dtype === value.dtype && `${other.shape}` === `${value.shape}` &&
        value.values.every((v, j) => near(other.values[j]!, v));
      return equal ? [] : [`${name}, result ${i}: expected ${text(value)}, found ${text(other)}`];
    });
  });
}
