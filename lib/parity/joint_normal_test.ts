import { ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../engine/mod.ts";
import { noPlugin } from "../engine/support_test.ts";
import { jointDensity, solveLowerTensor, tensorCholesky } from "./joint_normal.ts";

const apart = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

/** Covariances [2, n, n] far from singular. */
function covariance(n: number): tf.Tensor3D {
  const root = tf.randomNormal([2, n, n], 0, 1, "float32", 4) as tf.Tensor3D;
  return tf.add(tf.matMul(root, root, false, true), tf.eye(n));
}

for (const engine of ["cpu", "xla"]) {
  Deno.test({
    name: `factors and solutions of joint normals on ${engine}`,
    ignore: engine === "xla" && noPlugin,
    async fn() {
      await useEngine(engine);
      tf.tidy(() => {
        const given = covariance(7);
        const lower = tensorCholesky(given);
        ok(apart(tf.matMul(lower, lower, false, true), given) < 1e-4);
        ok(apart(lower, tf.mul(lower, tf.linalg.bandPart(tf.ones([7, 7]), -1, 0))) === 0);
        const y = tf.randomNormal([2, 7], 0, 1, "float32", 5) as tf.Tensor2D;
        const z = solveLowerTensor(lower, y);
        ok(apart(tf.squeeze(tf.matMul(lower, tf.expandDims(z, 2)), [2]), y) < 1e-5);
      });
    },
  });
}

Deno.test("a joint density of independent values is the product of theirs", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const sigma = [0.5, 2, 1.5];
    const scale = tf.expandDims(tf.diag(tf.tensor1d(sigma)), 0) as tf.Tensor3D;
    const y = [0.3, -1, 2];
    const expected = y.reduce(
      (sum, value, i) => sum - (value / sigma[i]!) ** 2 / 2 - Math.log(sigma[i]! * Math.sqrt(2 * Math.PI)),
      0,
    );
    const found = jointDensity({ mean: tf.zeros([1, 3]), scale }, tf.tensor2d([y])).dataSync()[0]!;
    ok(Math.abs(found - expected) < 1e-5, `expected ${expected}, found ${found}`);
  });
});

Deno.test("the density's gradient by the covariance is (Σ⁻¹rrᵀΣ⁻¹ - Σ⁻¹)/2", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const given = covariance(4);
    const mean = tf.zeros([2, 4]) as tf.Tensor2D;
    const r = tf.randomNormal([2, 4], 0, 1, "float32", 6) as tf.Tensor2D;
    const slope = tf.grad((s) => tf.sum(jointDensity({ mean, scale: tensorCholesky(s as tf.Tensor3D) }, r)))(
      given,
    );
    // Columns of the inverse: L⁻¹ by columns, then L⁻ᵀ·L⁻¹.
    const lower = tensorCholesky(given);
    const unit = (i: number) => tf.tile(tf.slice(tf.eye(4), [i, 0], [1, 4]), [2, 1]) as tf.Tensor2D;
    const inverse = tf.stack([0, 1, 2, 3].map((i) => solveLowerTensor(lower, unit(i))), 2) as tf.Tensor3D;
    const precision = tf.matMul(inverse, inverse, true, false) as tf.Tensor3D;
    const scaled = tf.matMul(precision, tf.expandDims(r, 2));
    const expected = tf.mul(tf.sub(tf.matMul(scaled, scaled, false, true), precision), 0.5);
    // Only the lower triangle is read, so an entry off the diagonal counts for both.
    const symmetric = tf.mul(tf.add(slope, tf.transpose(slope, [0, 2, 1])), 0.5);
    ok(apart(symmetric, expected) < 1e-4);
  });
});
