import * as tf from "@tensorflow/tfjs-core";
import { equal, ok } from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import type { Affine, RowForm } from "./affine.ts";
import { latentAttention, pays } from "./latent_attention.ts";
import { linear } from "./layers.ts";
import { createInit, type Init } from "./parameters.ts";

const [B, N, M, C, W, HEADS] = [2, 7, 3, 5, 6, 2];
const SCALE = 0.7;

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);

/** Keys and values of every row, head by head: what the definition says. */
function plain(
  queries: tf.Tensor,
  rows: tf.Tensor3D,
  [key, value]: [ReturnType<typeof linear>, ReturnType<typeof linear>],
  hidden?: tf.Tensor,
  factors?: tf.Tensor,
): tf.Tensor {
  const heads = (x: tf.Tensor) => tf.split(x, HEADS, -1);
  const [q, k, v] = [queries, key(rows), value(rows)].map(heads) as [tf.Tensor[], tf.Tensor[], tf.Tensor[]];
  return tf.concat(
    q.map((query, h) => {
      const full = tf.broadcastTo(query, [B, M, W / HEADS]) as tf.Tensor3D;
      const scores = tf.mul(tf.matMul(full, k[h] as tf.Tensor3D, false, true), SCALE);
      const masked = hidden ? tf.sub(scores, tf.mul(tf.expandDims(hidden, 1), 1e9)) : scores;
      const weights = tf.softmax(masked, -1);
      // Factors are [b, n, heads·m].
      const own = factors && tf.transpose(tf.slice(factors, [0, 0, h * M], [-1, -1, M]), [0, 2, 1]);
      return tf.matMul((own ? tf.mul(weights, own) : weights) as tf.Tensor3D, v[h] as tf.Tensor3D);
    }),
    -1,
  );
}

interface Case {
  before: boolean;
  bias: boolean;
  hidden: boolean;
  dropped: boolean;
  shared: boolean;
}

const CASES: Record<string, Case> = {
  "as they are": { before: false, bias: false, hidden: false, dropped: false, shared: true },
  "with biases": { before: false, bias: true, hidden: false, dropped: false, shared: false },
  "behind a layer": { before: true, bias: true, hidden: false, dropped: false, shared: true },
  "with hidden ones": { before: true, bias: true, hidden: true, dropped: false, shared: false },
  "with dropped weights": { before: true, bias: true, hidden: false, dropped: true, shared: true },
};

for (const [what, { before, bias, hidden, dropped, shared }] of Object.entries(CASES)) {
  Deno.test(`few queries read rows ${what} without keys and values, gradients included`, async () => {
    await useEngine("cpu");
    tf.tidy(() => {
      const init: Init = createInit(3);
      const first = before ? linear(init, "first", C, 4) : undefined;
      const [key, value] = ["key", "value"].map((name) => linear(init, name, before ? 4 : C, W, bias)) as [
        ReturnType<typeof linear>,
        ReturnType<typeof linear>,
      ];
      const x = tf.variable(normal([B, N, C], 1)) as tf.Variable<tf.Rank.R3>;
      const q = tf.variable(normal([shared ? 1 : B, M, W], 2)) as tf.Variable<tf.Rank.R3>;
      const mask = hidden ? tf.tensor2d([[0, 1, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 1]]) : undefined;
      const factors = dropped
        ? tf.mul(tf.cast(tf.greater(normal([B, N, HEADS * M], 4), -0.3), "float32"), 1.5)
        : undefined;
      const cotangent = normal([B, M, W], 5);
      const source: Affine = { x, linear: first };
      const variables = [x, q, ...init.parameters.map(({ variable }) => variable)];
      const results = [
        () =>
          latentAttention([{ count: N, queries: q }], source, {
            key,
            value,
            heads: HEADS,
            scale: SCALE,
            hidden: mask,
            // Made while the gradient is taken, as dropout makes it.
            dropout: factors && (() => tf.mul(factors, 1)),
          }) as tf.Tensor,
        () => plain(q, first ? first(x) : x, [key, value], mask, factors),
      ].map((read) => {
        let output: tf.Tensor | undefined;
        const { grads } = tf.variableGrads(() => {
          output = tf.keep(read());
          return tf.sum(tf.mul(output, cotangent)) as tf.Scalar;
        }, variables);
        return { output: output!, grads };
      });
      const [ours, theirs] = results as [typeof results[0], typeof results[0]];
      const far = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
      ok(far(ours.output, theirs.output) < 1e-5);
      for (const { name } of variables) {
        // The bias of the key has no gradient, and is no part of our computation.
        if (!(name in ours.grads)) ok(tf.max(tf.abs(theirs.grads[name]!)).dataSync()[0]! < 1e-5);
        else ok(far(ours.grads[name]!, theirs.grads[name]!) < 2e-5, name);
      }
      tf.dispose(results.map(({ output }) => output));
      tf.dispose(variables);
    });
  });
}

Deno.test("the way of fewer multiplications is taken", () => {
  const rows = (width: number): RowForm => ({ width });
  equal(pays(10, 8, rows(320), 320), true, "inducing points of a table");
  equal(pays(506, 8, rows(448), 448), false, "attention between all rows");
  equal(pays(16, 8, rows(128), 128), true, "inducing points of a neural process");
});
