import * as tf from "@tensorflow/tfjs-core";
import { equal, ok, throws } from "node:assert/strict";
import { createRng, jit, useEngine } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { cholesky, covariance, hostCholesky } from "./kernels.ts";

/** Long lengths and many points: condition numbers of some 10⁵ to 10⁶. */
function matrices(b: number, n: number): tf.Tensor3D {
  const x = tf.sub(tf.mul(4, createRng(tf.tensor1d([n, b], "int32")).uniform([b, n])), 2) as tf.Tensor2D;
  return covariance("rbf", x, { length: tf.fill([b], 0.6), scale: tf.fill([b], 1) });
}

for (const [b, n] of [[3, 1], [2, 5], [2, 32], [2, 33], [3, 192], [1, 600]] as const) {
  xlaTest(`the factors of ${b} matrices of ${n} rows are those of double precision`, () => {
    const [a, l] = jit(() => {
      const a = matrices(b, n);
      return [a, cholesky(a)] as const;
    })();
    const [given, found] = [a.dataSync(), l.dataSync()];
    for (let item = 0; item < b; item++) {
      const at = item * n * n;
      const expected = hostCholesky(given.subarray(at, at + n * n), n);
      let worst = 0;
      for (let i = 0; i < n * n; i++) worst = Math.max(worst, Math.abs(found[at + i]! - expected[i]!));
      // The least entry of a diagonal is the noise's deviation, 0.02.
      ok(worst < 1e-3, `item ${item} differs by ${worst}`);
      ok(backwardError(given.subarray(at), found.subarray(at), n) < 2e-5);
    }
  });
}

/** The largest difference between L Lᵀ and the matrix; the noise's variance is 4e-4. */
function backwardError(a: ArrayLike<number>, l: ArrayLike<number>, n: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += l[i * n + k]! * l[j * n + k]!;
      worst = Math.max(worst, Math.abs(sum - a[i * n + j]!));
    }
  }
  return worst;
}

Deno.test("an engine that does not compile gives the factor in double precision", async () => {
  await useEngine("cpu");
  const l = cholesky(tf.tensor3d([[[4, 2], [2, 5]], [[1, 0], [0, 9]]]));
  equal(String(l.dataSync()), "2,0,1,2,1,0,0,3");
});

const INDEFINITE = [[[1, 2], [2, 1]]];

Deno.test("a matrix that is not positive definite is refused on the host, by its row", async () => {
  await useEngine("cpu");
  throws(() => cholesky(tf.tensor3d(INDEFINITE)), /positive definite matrix, found pivot -3 in row 1/);
});

xlaTest("a matrix that is not positive definite gives NaN where it is compiled", () => {
  ok(Number.isNaN(cholesky(tf.tensor3d(INDEFINITE)).dataSync()[3]));
});
