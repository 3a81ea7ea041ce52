import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit, useEngine } from "./mod.ts";
import { noPlugin } from "./support_test.ts";

/** Operations that only tfjs's cpu engine has: one result, several, none of the operands' type, and a gradient. */
function bridged(): number[][] {
  return tf.tidy(() => {
    const x = tf.tensor2d([3, 1, 2, 1, 5, 4], [2, 3]);
    const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const { values, indices } = tf.unique(tf.tensor1d([3, 1, 3], "int32"));
    const results = [
      tf.searchSorted(tf.tensor1d([1, 3]), tf.reshape(tf.add(x, 1), [6])),
      tf.image.resizeBilinear(image, [3, 3]),
      values,
      indices,
      ...tf.grads((x, filter) => tf.sum(tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, 1, "valid")))([
        image,
        tf.ones([2, 1, 1]),
      ]),
    ];
    return results.map((tensor) => Array.from(tensor.dataSync()));
  });
}

for (const engine of ["xla", "wasm"]) {
  Deno.test({
    name: `on ${engine}, operations that it lacks give what the cpu engine gives, and leave nothing behind`,
    ignore: engine === "xla" && noPlugin,
    fn: async () => {
      await useEngine("cpu");
      const expected = bridged();
      await useEngine(engine);
      bridged();
      const before = tf.memory().numTensors;
      const ids = tf.engine().backend.numDataIds();
      const found = bridged();
      deepEqual(found.map(round), expected.map(round));
      equal(tf.memory().numTensors, before);
      equal(tf.engine().backend.numDataIds(), ids);
      ok((tf.findBackend("cpu") as tf.KernelBackend).numDataIds() === 0);
    },
  });
}

const round = (list: number[]) => list.map((v) => Math.round(v * 1e4) / 1e4);

Deno.test({
  name: "an operation that is not compiled is named when it is used inside a compiled function",
  ignore: noPlugin,
  fn: async () => {
    await useEngine("xla");
    const image = () => tf.tensor3d([1, 2, 3, 4], [2, 2, 1]);
    const enlarge = (x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as tf.Tensor3D, [2, 4]);
    throws(
      () => jit(enlarge)(image()),
      /the operation ResizeNearestNeighbor is not compiled, and its operand can't be read: .*inside a compiled/,
    );
    deepEqual(Array.from(enlarge(image()).dataSync()), [1, 1, 2, 2, 3, 3, 4, 4]);
  },
});

Deno.test({
  name: "an operation that fails on the cpu engine leaves nothing there",
  ignore: noPlugin,
  fn: async () => {
    await useEngine("xla");
    const sparse = () => tf.sparseToDense(tf.tensor1d([9], "int32"), tf.tensor1d([1]), [2], tf.scalar(0));
    throws(sparse);
    equal((tf.findBackend("cpu") as tf.KernelBackend).numDataIds(), 0);
  },
});
