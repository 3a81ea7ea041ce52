import { deepEqual, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { memoryOf, tensorSpec, useEngine } from "../engine/mod.ts";
import { xlaTest } from "../engine/support_test.ts";
import { scoresOfRows } from "./absorbed.ts";
import { emptyState, merged, type Seen, sharesOf, type SoftmaxState, stateOf } from "./online_softmax.ts";
import { readPieces, stateAfter } from "./softmax_pieces.ts";
import { softmaxProduct } from "./softmax_product.ts";

const [GROUPS, ROWS, READERS, WIDTH, PIECES] = [2, 12, 3, 4, 4];

/** The largest difference, of numbers above 1 relative to the largest of `b`. */
function apart(a: tf.Tensor, b: tf.Tensor): number {
  const largest = (x: tf.Tensor) => tf.max(tf.abs(x)).dataSync()[0]!;
  return largest(tf.sub(a, b)) / Math.max(1, largest(b));
}

/** Rows behind weights; the scores grow from piece to piece, so that sums have to be rescaled. */
function rowsBehind(
  rows: tf.Tensor3D,
  readers: tf.Variable,
  projection: tf.Variable,
  hidden?: tf.Tensor3D,
): Seen {
  const times = (w: tf.Variable) => scoresOfRows(rows, tf.expandDims(w));
  return { scores: times(readers), values: times(projection), hidden };
}

for (const masked of [false, true]) {
  const title = `a softmax over pieces has the value and gradients of one over all rows${
    masked ? ", some hidden" : ""
  }`;
  Deno.test(title, async () => {
    await useEngine("cpu");
    tf.tidy(() => {
      const growing = tf.reshape(tf.range(0, ROWS / 4, 0.25), [1, ROWS, 1]);
      const rows = tf.mul(tf.randomNormal([GROUPS, ROWS, WIDTH], 0, 1, "float32", 1), growing) as tf.Tensor3D;
      const readers = tf.variable(tf.randomNormal([WIDTH, READERS], 0, 2, "float32", 2));
      const projection = tf.variable(tf.randomNormal([WIDTH, WIDTH], 0, 1, "float32", 3));
      // The first piece of the first group is hidden altogether.
      const mask = Array.from({ length: GROUPS * ROWS }, (_, i) => Number(i < 3 || i % 5 === 1));
      const hidden = masked ? tf.tensor3d(mask, [GROUPS, ROWS, 1]) : undefined;
      const cotangent = tf.randomNormal([GROUPS, READERS, WIDTH], 0, 1, "float32", 4);
      const size = ROWS / PIECES;
      const cut = (x: tf.Tensor3D, start: number) => tf.slice(x, [0, start, 0], [-1, size, -1]);
      const look = (start: tf.Tensor) => {
        const at = start.dataSync()[0]!;
        return rowsBehind(cut(rows, at), readers, projection, hidden && cut(hidden, at));
      };
      const pieces = {
        entries: tf.range(0, ROWS, size),
        look,
        size: [GROUPS, READERS, WIDTH] as [number, number, number],
      };
      const whole = () => {
        const { scores, values } = rowsBehind(rows, readers, projection);
        return softmaxProduct(scores, values, { hidden });
      };
      const variables = [readers, projection];
      const [ours, theirs] = [() => sharesOf(readPieces(pieces)), whole].map((read) =>
        tf.variableGrads(() => tf.sum(tf.mul(read(), cotangent)) as tf.Scalar, variables)
      ) as [ReturnType<typeof tf.variableGrads>, ReturnType<typeof tf.variableGrads>];
      ok(apart(sharesOf(stateAfter(pieces)), whole()) < 1e-5);
      ok(apart(ours.value, theirs.value) < 1e-5);
      for (const { name } of variables) ok(apart(ours.grads[name]!, theirs.grads[name]!) < 1e-5, name);
      tf.dispose(variables);
    });
  });
}

Deno.test("states join in any order, and an empty one changes nothing", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const seen = (seed: number, shift: number): Seen => ({
      scores: tf.randomNormal([GROUPS, 5, READERS], shift, 1, "float32", seed) as tf.Tensor3D,
      values: tf.randomNormal([GROUPS, 5, WIDTH], 0, 1, "float32", seed + 1) as tf.Tensor3D,
    });
    // exp(100) and its square are beyond float32.
    const [a, b] = [stateOf(seen(1, 100)), stateOf(seen(3, 200))];
    const all = (state: SoftmaxState) =>
      Object.values(state).map((tensor: tf.Tensor) => [...tensor.dataSync()]);
    deepEqual(all(merged(a, b)), all(merged(b, a)));
    const empty = emptyState([GROUPS, READERS, WIDTH]);
    deepEqual(all(merged(empty, a)), all(a));
    ok([...sharesOf(empty).dataSync()].every((share) => share === 0));
    ok([...sharesOf(merged(a, b)).dataSync()].every(Number.isFinite));
  });
});

xlaTest("value and gradients of 1,000 pieces need the memory of those of 10", () => {
  const w = tf.tidy(() => tf.variable(tf.ones([WIDTH, READERS])));
  const temporary = (count: number): number => {
    const step = (entries: tf.Tensor) =>
      tf.variableGrads(() => {
        const look = (rows: tf.Tensor): Seen => rowsBehind(rows as tf.Tensor3D, w, w);
        return tf.sum(
          tf.square(sharesOf(readPieces({ entries, look, size: [1, READERS, READERS] }))),
        ) as tf.Scalar;
      }, [w]);
    return memoryOf(step, tensorSpec([count, 1, 256, WIDTH])).temporary;
  };
  const [few, many] = [temporary(10), temporary(1000)];
  ok(many < few + 4096, `${few} bytes for 10 pieces, ${many} for 1,000`);
  w.dispose();
});
