import * as tf from "@tensorflow/tfjs-core";
import { type XlaBackend, xlaInUse } from "./backend/backend.ts";
import { firstOrder, recordClosure } from "./closure.ts";
import { backward, forward, type Plan, savedOf } from "./scan_loops.ts";
import type { Node } from "./stablehlo/node.ts";
import { withGradient } from "./tape.ts";
import { flatten, rebuild } from "./tree.ts";

export interface ScanOptions {
  /** How many steps; needed only where `xs` has no tensor that tells. */
  length?: number;
  /** From the last entry of `xs` to the first; outputs stay in the order of the entries. */
  reverse?: boolean;
}

/** A step of a scan: the carry and one entry of the inputs to the next carry and one entry of the outputs. */
export type ScanStep<C, X, Y> = (carry: C, x: X) => [C, Y];

/**
 * Runs `fn` over the first axis of the tensors of `xs` as one loop of the program: `fn` is recorded once, whatever the
 * length. Neither `xs` nor what one step computes is kept for all steps.
 *
 * Gradients reach `init`, `xs` and all tensors and variables that `fn` reads from outside. They are a second loop, which
 * computes each step again from its carry; only the carries are stored, `length` times. Gradients of gradients are an
 * error. On another backend than XLA's the steps run one after the other, as they are.
 *
 * @param init tree of tensors: its form, shapes and types must be those of the carry that `fn` returns.
 * @param xs tree of tensors, all with the same first axis, or null if only `length` counts.
 * @returns the last carry, and the outputs of the steps stacked along a new first axis.
 * @throws Error if lengths differ or none is known, if the carry changes its type, or if `fn` assigns variables.
 */
export function scan<C, X, Y>(
  fn: ScanStep<C, X, Y>,
  init: C,
  xs: X,
  options: ScanOptions = {},
): [C, Y] {
  const backend = xlaInUse();
  return backend ? scanOn(backend, fn, init, xs, options) : scanByStep(fn, init, xs, options);
}

function scanOn<C, X, Y>(
  backend: XlaBackend,
  fn: ScanStep<C, X, Y>,
  init: C,
  xs: X,
  options: ScanOptions,
): [C, Y] {
  const carry = flatten(init, "tensors");
  const inputs = flatten(xs, "tensors");
  const carries = carry.tensors as tf.Tensor[];
  const sequences = inputs.tensors as tf.Tensor[];
  const length = scanLength(sequences, options.length);

  const like = [
    ...carries,
    ...sequences.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }) as tf.Tensor),
  ];
  let output: unknown;
  const closure = recordClosure(backend, "scan", like, (given) => {
    const result = fn(
      rebuild(init, given.slice(0, carries.length), "tensors"),
      rebuild(xs, given.slice(carries.length), "tensors"),
    );
    const [next, y] = checkStep(result, carry.signature);
    output = y;
    return [next, y].flatMap((tree) => flatten(tree, "tensors").tensors as tf.Tensor[]);
  });

  const plan: Plan = {
    length,
    reverse: options.reverse ?? false,
    carries: carries.length,
    sequences: sequences.length,
    closure,
  };
  const saved = savedOf(plan);
  const record = (node: Node) => tf.engine().makeTensorFromTensorInfo(backend.record(node));
  const nodeOf = (tensor: tf.Tensor) => backend.nodeOf(tensor);
  const captured = closure.captures.map(({ tensor }) => tensor);
  const outside = closure.gradient?.outside.map(({ tensor }) => tensor) ?? [];

  const sources = [...carries, ...sequences, ...outside];
  const results = withGradient(
    sources,
    (save) => {
      const made = forward(plan, saved, [...carries, ...sequences, ...captured].map(nodeOf)).map(record);
      const visible = made.length - saved.carries.length;
      save([
        ...saved.sequences.map((i) => sequences[i]!),
        ...saved.captures.map((i) => captured[i]!),
        ...made.slice(visible),
      ]);
      return made.slice(0, visible);
    },
    (dys, kept) =>
      firstOrder(
        backend,
        "scan",
        [...sources, ...dys],
        backward(plan, saved, dys.map(nodeOf), kept.map(nodeOf)),
      ),
  );
  tf.dispose(captured);
  return [
    rebuild(init, results.slice(0, carries.length), "tensors"),
    rebuild(output as Y, results.slice(carries.length), "tensors"),
  ];
}

function scanByStep<C, X, Y>(
  fn: ScanStep<C, X, Y>,
  init: C,
  xs: X,
  options: ScanOptions,
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

/** The first axis of all sequences. @throws Error if they differ, or there is none and no length is given. */
function scanLength(sequences: readonly tf.Tensor[], given: number | undefined): number {
  const lengths = sequences.map(({ shape }) => shape[0]);
  const length = given ?? lengths[0];
  if (length === undefined || !Number.isInteger(length) || length < 0) {
    throw new Error(
      `scan: expected xs with a first axis, or a length of at least 0; found ${
        lengths.length > 0 ? "a scalar in xs" : `the length ${given}`
      }`,
    );
  }
  const wrong = sequences.findIndex(({ shape }) => shape[0] !== length);
  if (wrong >= 0) {
    throw new Error(
      `scan: expected a first axis of ${length} in all of xs, found [${sequences[wrong]!.shape}] in tensor ` +
        `${wrong + 1} of ${sequences.length}`,
    );
  }
  return length;
}

/** @throws Error unless a step returned a pair whose first part is a carry like the one it was given. */
function checkStep<C, Y>(result: [C, Y], signature: string): [C, Y] {
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TypeError("scan: the function must return [carry, output]; the output may be null");
  }
  const found = flatten(result[0], "tensors").signature;
  if (found !== signature) {
    throw new Error(
      `scan: the carry must keep its form, shapes and types: it was ${signature} and became ${found}`,
    );
  }
  return result;
}
