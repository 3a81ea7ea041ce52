/** For tests: whether a training leaves memory behind. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit, liveBuffers, useEngine } from "../engine/mod.ts";
import { noPlugin } from "../engine/support_test.ts";

const WARM = 100;
/** Bytes of native memory; of 10,000 steps 3 kB lost at each would show, a fifth of one weight. */
const NATIVE = 30e6;
/** Bytes in all: JavaScript's heap finds its size in the first ten thousand steps, and stays there. */
const RESIDENT = 100e6;

/** A test of so many steps. Few show a lost buffer or tensor, many also a few bytes that are lost at each. */
export function leakTest(steps: number): void {
  Deno.test({
    name: `${steps} jitted steps leave buffers and resident memory where they were after the first hundred`,
    ignore: noPlugin,
    fn: async () => {
      await useEngine("xla");
      const weights = tf.variable(tf.ones([64, 64]));
      const momentum = tf.variable(tf.zeros([64, 64]));
      const step = jit((x: tf.Tensor2D, rate: tf.Scalar) => {
        const { value, grads } = tf.variableGrads(
          () => tf.mean(tf.square(tf.matMul(x, weights as tf.Tensor2D))) as tf.Scalar,
          [weights],
        );
        momentum.assign(tf.add(tf.mul(momentum, 0.9), grads[weights.name]!));
        weights.assign(tf.sub(weights, tf.mul(rate, momentum)));
        return value;
      });
      const data = Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i) / 64);
      const state = () => {
        const { rss, heapTotal } = Deno.memoryUsage();
        return { buffers: liveBuffers(), tensors: tf.memory().numTensors, rss, native: rss - heapTotal };
      };
      let after = state();
      let loss = NaN;
      for (let i = 1; i <= steps; i++) {
        const inputs: [tf.Tensor2D, tf.Scalar] = [tf.tensor2d(data, [64, 64]), tf.scalar(1e-3)];
        const result = step(...inputs);
        loss = (await result.data())[0]!;
        tf.dispose([result, ...inputs]);
        if (i === WARM) after = state();
      }
      const end = state();
      assert.ok(Number.isFinite(loss));
      assert.equal(end.buffers, after.buffers);
      assert.equal(end.tensors, after.tensors);
      const bytes = `resident ${after.rss} to ${end.rss}, native ${after.native} to ${end.native} bytes`;
      assert.ok(end.native - after.native < NATIVE, bytes);
      assert.ok(end.rss - after.rss < RESIDENT, bytes);
      step.dispose();
      tf.dispose([weights, momentum]);
    },
  });
}
