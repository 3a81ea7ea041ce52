import * as tf from "@tensorflow/tfjs-core";
import { ok, throws } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { covariance, GP_KERNELS, gpKernel, hostCovariance } from "./kernels.ts";

const X = [[-2, -1.3, 0, 0.01, 1.7, 1.99], [0.5, 0.5, -0.25, 1, -1.999, 2]];
const PARAMETERS = [{ length: 0.1, scale: 1, period: 0.11 }, { length: 0.6, scale: 0.3, period: 0.5 }];

for (const kernel of GP_KERNELS) {
  Deno.test(`the ${kernel} covariance on tensors is that of double precision, item by item`, async () => {
    await useEngine("cpu");
    const column = (name: "length" | "scale" | "period") => tf.tensor1d(PARAMETERS.map((item) => item[name]));
    const parameters = { length: column("length"), scale: column("scale"), period: column("period") };
    const found = covariance(kernel, tf.tensor2d(X), parameters).dataSync();
    PARAMETERS.forEach((given, item) => {
      const expected = hostCovariance(kernel, X[item]!, given);
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[item * 36 + i]!)));
      ok(worst < 1e-5, `item ${item} differs by ${worst}`);
    });
  });
}

Deno.test("a kernel that is not known and a period that is missing are named", async () => {
  await useEngine("cpu");
  throws(
    () => gpKernel("linear"),
    new UserError("kernel: expected one of rbf, matern, periodic, found 'linear'"),
  );
  const ones = tf.tensor1d([1]);
  throws(() => covariance("periodic", tf.tensor2d([[0]]), { length: ones, scale: ones }), /needs a period/);
  throws(() => hostCovariance("periodic", [0], { length: 1, scale: 1 }), /needs a period/);
});
