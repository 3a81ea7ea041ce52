import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { findTensorflow } from "./tensorflow_bundle.ts";
import { createRng, jit, useEngine } from "./mod.ts";
import { restoreUtil } from "./tensorflow.ts";

const installed = await findTensorflow() !== undefined;

/** A test on the tensorflow engine, ignored where it is not installed. */
function tensorflowTest(name: string, test: () => void): void {
  Deno.test({
    name: installed ? name : `${name} (tensorflow is not installed, see task setup --tensorflow)`,
    ignore: !installed,
    fn: async () => {
      await useEngine("tensorflow");
      test();
    },
  });
}

Deno.test("functions that newer versions of node:util lack are put back, those that are there are kept", () => {
  const own = () => false;
  const module: Record<string, unknown> = { isArray: own };
  restoreUtil(module);
  const { isNullOrUndefined } = module as { isNullOrUndefined: (value: unknown) => boolean };
  deepEqual([null, undefined, 0, ""].map(isNullOrUndefined), [true, true, false, false]);
  equal(module.isArray, own);
});

/** A training step with random numbers, products, folds and a scatter, whose gradients add in many places. */
function losses(): number[] {
  return tf.tidy(() => {
    const table = tf.tidy(() => tf.variable(createRng(tf.tensor1d([1, 2], "int32")).normal([50, 64])));
    const rows = tf.tensor1d(Array.from({ length: 4096 }, (_, i) => i * i % 50), "int32");
    const step = jit((key: tf.Tensor) => {
      const { value, grads } = tf.variableGrads(() => {
        const x = tf.gather(table, rows) as tf.Tensor2D;
        const noise = createRng(key).uniform([64, 64]) as tf.Tensor2D;
        return tf.mean(tf.square(tf.softmax(tf.matMul(x, noise)))) as tf.Scalar;
      }, [table]);
      table.assign(tf.sub(table, grads[table.name]!));
      return value;
    });
    const found = [0, 1, 2, 3].map((i) => step(tf.tensor1d([7, i], "int32")).dataSync()[0]!);
    const weights = Array.from(table.dataSync());
    table.dispose();
    return [...found, ...weights];
  });
}

tensorflowTest("the same seed gives the same bits", () => {
  const first = losses();
  ok(first.every(Number.isFinite));
  deepEqual(losses(), first);
});

tensorflowTest("operations that tfjs-node lacks run on tfjs's own kernels", () => {
  deepEqual(Array.from(tf.searchSorted(tf.tensor1d([1, 3, 5]), tf.tensor1d([0, 4])).dataSync()), [0, 2]);
});

tensorflowTest("steps leave no tensors behind, here or in TensorFlow", () => {
  losses();
  const backend = tf.backend() as unknown as { numDataIds(): number };
  const before = [tf.memory().numTensors, backend.numDataIds()];
  for (let i = 0; i < 3; i++) losses();
  deepEqual([tf.memory().numTensors, backend.numDataIds()], before);
});
