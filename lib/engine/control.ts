import * as tf from "@tensorflow/tfjs-core";
import * as xla from "../xla/mod.ts";
import { checkStep, scanLength } from "../xla/scan.ts";
import { flatten, rebuild } from "../xla/tree.ts";

/**
 * Runs `fn` over the first axis of the tensors of `xs`: on `xla` as one loop of the program, recorded once, whose
 * gradient computes each step again from its carry; on other engines step by step.
 *
 * @param fn carry and one entry of `xs` to the next carry, of the same form and types, and one entry of the outputs
 * @returns the last carry, and the outputs of the steps stacked along a new first axis
 * @throws Error if lengths differ or none is known, or if the carry changes its type.
 */
export function scan<C, X, Y>(
  fn: xla.ScanStep<C, X, Y>,
  init: C,
  xs: X,
  options: xla.ScanOptions = {},
): [C, Y] {
  const backend = tf.backend();
  return backend instanceof xla.XlaBackend
    ? xla.scan(backend, fn, init, xs, options)
    : scanByStep(fn, init, xs, options);
}

/**
 * A function whose gradient, on `xla`, computes its intermediate values again instead of keeping them; on other engines
 * the function itself.
 */
export function checkpoint<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const backend = tf.backend();
    return backend instanceof xla.XlaBackend ? xla.checkpoint(backend, fn)(...args) : fn(...args);
  };
}

function scanByStep<C, X, Y>(
  fn: xla.ScanStep<C, X, Y>,
  init: C,
  xs: X,
  options: xla.ScanOptions,
): [C, Y] {
  const sequences = flatten(xs, "tensors").tensors as tf.Tensor[];
  const length = scanLength(sequences, options.length);
  const { signature } = flatten(init, "tensors");
  const step = (carry: C, entry: (sequence: tf.Tensor) => tf.Tensor): [C, Y] =>
    checkStep(fn(carry, rebuild(xs, sequences.map(entry), "tensors")), signature);
  const leaves = (tree: unknown) => flatten(tree, "tensors").tensors as tf.Tensor[];
  if (length === 0) {
    const [_, like] = step(init, ({ shape, dtype }) => tf.zeros(shape.slice(1), dtype));
    const none = leaves(like).map(({ shape, dtype }) => tf.zeros([0, ...shape], dtype));
    return [init, rebuild(like, none, "tensors")];
  }
  let carry = init;
  const outputs: Y[] = Array(length);
  for (let i = 0; i < length; i++) {
    const at = options.reverse ? length - 1 - i : i;
    [carry, outputs[at] as Y] = step(carry, (sequence) => tf.squeeze(tf.slice(sequence, at, 1), [0]));
  }
  const columns = outputs.map(leaves);
  const stacked = columns[0]!.map((_, k) => tf.stack(columns.map((row) => row[k]!)));
  return [carry, rebuild(outputs[0]!, stacked, "tensors")];
}
