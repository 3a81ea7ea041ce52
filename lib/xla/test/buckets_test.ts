import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, useBackend, values, xla } from "./support/backend.ts";
import { bucketOf, maskOf, padTo } from "../src/buckets.ts";
import { jit } from "../src/mod.ts";

Deno.test("a bucket is the smallest size that fits", () => {
  deepEqual([0, 1, 16, 17, 33, 1000].map((n) => bucketOf(n)), [16, 16, 16, 32, 64, 1024]);
  deepEqual([3, 10, 11].map((n) => bucketOf(n, [100, 10, 20])), [10, 10, 20]);
  deepEqual([10, 11, 16, 23].map((n) => bucketOf(n, { least: 10, growth: 1.5 })), [10, 15, 23, 23]);
  throws(() => bucketOf(101, [10, 100]), /101 is more than the largest of the sizes \[10,100\]/);
  throws(() => bucketOf(-1), /expected a whole number of at least 0, found -1/);
  throws(() => bucketOf(5, { growth: 1 }), /growth above 1, found 16 and 1/);
});

backendTest("padding on the host, inside a program and on another engine gives the same", async () => {
  const cases = (): tf.Tensor[] => [
    tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]),
    tf.tensor3d([1, 2, 3, 4], [2, 2, 1], "int32"),
    tf.tensor3d([true, false], [1, 2, 1], "bool"),
    tf.zeros([2, 0, 3]),
  ];
  const pad = (x: tf.Tensor) => [padTo(x, 0, 3), padTo(x, -2, 3, 1), padTo(x, 2, 3)];
  const found = cases().map((x) =>
    [pad(x), jit(pad)(x)].map((all) => all.map((t) => [t.dtype, t.shape, values(t)]))
  );
  await useBackend("cpu");
  const expected = cases().map((x) => pad(x).map((t) => [t.dtype, t.shape, values(t)]));
  await useBackend("xla");
  deepEqual(found, expected.map((one) => [one, one]));
  throws(() => padTo(tf.zeros([2, 5]), 1, 4), /axis 1 of \[2,5\] can't be made 4 long/);
  throws(() => padTo(tf.zeros([2]), 1, 4), /axis 1 of \[2\]/);
  deepEqual(values(tf.grad((x) => tf.sum(tf.square(padTo(x, 0, 5))))(tf.tensor1d([1, 2]))), [2, 4]);
});

backendTest("a mask has ones for as many entries as count", () => {
  deepEqual(values(maskOf(tf.scalar(2, "int32"), 4)), [1, 1, 0, 0]);
  const masks = maskOf(tf.tensor1d([0, 3]), 3);
  deepEqual([masks.shape, values(masks)], [[2, 3], [0, 0, 0, 1, 1, 1]]);
});

backendTest(
  "50 sizes of context and target need six programs, and give the losses of the unpadded sets",
  async () => {
    interface Set {
      x: tf.Tensor;
      y: tf.Tensor;
      mask: tf.Tensor;
    }
    const meanOf = (values: tf.Tensor, mask: tf.Tensor) =>
      tf.div(tf.sum(tf.mul(values, mask), 0, true), tf.sum(mask));
    let seed = 1;
    const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
    const draw = (count: number): number[][] => Array.from({ length: count }, () => [random() * 2 - 1]);

    /** Trains a small neural process: the context's mean shifts the prediction at the targets. */
    const train = (compile: typeof jit, setOf: (x: tf.Tensor, y: tf.Tensor) => Set): number[] => {
      seed = 1;
      const w = tf.tidy(() => tf.variable(tf.tensor2d([[0.5], [-0.2]])));
      const step = compile((context: Set, target: Set) => {
        const { value, grads } = tf.variableGrads(() => {
          const all = tf.concat([context.x, context.y], 1) as tf.Tensor2D;
          const summary = meanOf(tf.matMul(tf.tanh(all), w), context.mask);
          const error = tf.squaredDifference(tf.add(tf.mul(target.x, tf.sum(w)), summary), target.y);
          return tf.squeeze(meanOf(error, target.mask)) as tf.Scalar;
        }, [w]);
        w.assign(tf.sub(w, tf.mul(0.1, grads[w.name]!)) as tf.Tensor2D);
        return value;
      });
      const losses = Array.from({ length: 50 }, () =>
        tf.tidy(() => {
          const sets = [3 + Math.floor(random() * 30), 3 + Math.floor(random() * 62)]
            .map((count) => setOf(tf.tensor2d(draw(count)), tf.tensor2d(draw(count))));
          return values(step(sets[0]!, sets[1]!))[0]!;
        }));
      w.dispose();
      step.dispose();
      return losses;
    };

    const { spent } = xla().programs;
    const before = spent.programs;
    let steps = 0;
    const counting: typeof jit = (fn) => {
      const compiled = jit(fn);
      return Object.assign(compiled, { dispose: () => void (steps = compiled.programs()) });
    };
    const found = train(counting, (x, y) => {
      const size = bucketOf(x.shape[0]!);
      const mask = tf.expandDims(maskOf(tf.scalar(x.shape[0]!, "int32"), size), 1);
      return { x: padTo(x, 0, size, 9), y: padTo(y, 0, size), mask };
    });
    equal(steps, 6);
    ok(spent.programs - before <= 2 * 6, "one more program for the masks of each pair of sizes at most");
    await useBackend("cpu");
    const expected = train((fn) => Object.assign(fn, { dispose() {} }) as never, (x, y) => ({
      x,
      y,
      mask: tf.ones([x.shape[0]!, 1]),
    }));
    found.forEach((loss, i) =>
      ok(Math.abs(loss - expected[i]!) < 1e-6, `step ${i}: ${loss} is not ${expected[i]}`)
    );
  },
);
