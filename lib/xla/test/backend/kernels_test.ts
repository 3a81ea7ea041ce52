import { deepEqual, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, useBackend, values } from "../support/backend.ts";
import type { Cases } from "../support/cases.ts";
import { computeAll, valueDifferences } from "../support/compare.ts";
import { convolutions } from "../support/convolutions.ts";
import { cuts } from "../support/cuts.ts";
import { elementwise } from "../support/elementwise.ts";
import { foldCases } from "../support/folds.ts";
import { indexingCases } from "../support/indexing.ts";
import { productCases, shapeCases } from "../support/shapes.ts";
import { kernels } from "../../src/backend/register.ts";

const used = new Set<string>();

/** Computes all cases on both engines; on xla everything that is compared is computed by one program. */
async function compare(cases: Cases): Promise<void> {
  await useBackend("cpu");
  const expected = tf.tidy(() => computeAll(cases) as never) as ReturnType<typeof computeAll>;
  await useBackend("xla");
  let found: ReturnType<typeof computeAll> = {};
  const { kernelNames } = await tf.profile(() => {
    found = tf.tidy(() => computeAll(cases) as never);
    return [] as unknown as tf.TensorContainer;
  });
  for (const name of kernelNames) used.add(name);
  deepEqual(valueDifferences(found, expected), []);
}

backendTest(
  "elementwise operations and their gradients are those of tfjs's cpu engine",
  () => compare(elementwise),
);
backendTest("folds and their gradients are those of tfjs's cpu engine", () => compare(foldCases));
backendTest("changes of shape and matrix products are those of tfjs's cpu engine", async () => {
  await compare({ ...shapeCases, ...productCases });
});
backendTest("reads and writes by index are those of tfjs's cpu engine", () => compare(indexingCases));

backendTest(
  "convolutions, pooling and their gradients are those of tfjs's cpu engine",
  () => compare(convolutions),
);
backendTest("running sums, cuts and Einstein's sums are those of tfjs's cpu engine", () => compare(cuts));

backendTest("no compiled operation was left out above", () => {
  const untested = Object.keys(kernels).filter((name) => !used.has(name));
  deepEqual(untested, ["KeyedUniform"]);
});

backendTest("functions of real numbers take integers, where tfjs's cpu engine cuts their results off", () => {
  const x = tf.tensor1d([-2, 0, 3], "int32");
  const [atan, sinh] = [tf.atan(x), tf.sinh(x)];
  deepEqual([atan.dtype, sinh.dtype], ["float32", "float32"]);
  for (const [i, value] of [-2, 0, 3].entries()) {
    ok(Math.abs(atan.dataSync()[i]! - Math.atan(value)) < 1e-6);
    ok(Math.abs(sinh.dataSync()[i]! - Math.sinh(value)) < 1e-5);
  }
});

backendTest(
  "what tfjs's cpu engine refuses: channels first in blocks, sums over one operand of einsum",
  () => {
    tf.tidy(() => {
      const x = tf.reshape(tf.range(0, 48), [1, 2, 3, 8]) as tf.Tensor4D;
      const last = tf.transpose(tf.depthToSpace(x, 2), [0, 3, 1, 2]);
      const first = tf.depthToSpace(tf.transpose(x, [0, 3, 1, 2]) as tf.Tensor4D, 2, "NCHW");
      deepEqual([first.shape, values(first)], [[1, 2, 4, 6], values(last)]);
      const [a, b] = [tf.reshape(tf.range(0, 24), [2, 3, 4]), tf.reshape(tf.range(0, 8), [4, 2])];
      deepEqual(values(tf.einsum("ijk,kl->jl", a, b)), values(tf.matMul(tf.sum(a, 0), b)));
    });
  },
);

backendTest("arithmetic on bools is arithmetic on 0 and 1", () => {
  const [a, b] = [tf.tensor1d([true, true, false], "bool"), tf.tensor1d([true, false, true], "bool")];
  deepEqual([...tf.add(a, b).dataSync()], [2, 1, 1]);
  deepEqual([...tf.sub(a, b).dataSync()], [0, 1, -1]);
  deepEqual([...tf.mul(a, b).dataSync()], [1, 0, 0]);
  deepEqual([...tf.div(b, a).dataSync()], [1, 0, 0]);
  deepEqual([...tf.reciprocal(a).dataSync()], [1, 1, 0]);
});

backendTest(
  "operands that do not fit are refused when they are used, with tfjs's words or the shapes",
  () => {
    const [x, y] = [tf.zeros([2, 3]), tf.zeros([3, 2])];
    throws(() => tf.matMul(x, x), /inner shapes \(3\) and \(2\)/);
    throws(() => tf.matMul(x, tf.zeros([3]) as tf.Tensor), /inner shapes \(3\) and \(undefined\)/);
    throws(() => tf.concat([x, y], 1), /does not match the shape of the rest/);
    throws(() => tf.concat([tf.zeros([0, 3]), tf.zeros([2, 4])], 0), /does not match the shape of the rest/);
    throws(() => tf.split(x, [1, 1], 1), /sum of sizes must match/);
    throws(() => tf.split(x, 2, 1), /must evenly divide/);
    throws(() => tf.expandDims(x, -4), /new axis -1 in tensor<2x3xf32>/);
    throws(
      () => tf.gather(x, tf.zeros([3, 1], "int32") as tf.Tensor2D, 1, 1),
      /x.shape\[0\]: 2 should be equal/,
    );
  },
);
