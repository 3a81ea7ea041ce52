import { ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { covariance, GP_KERNELS, hostCovariance } from "./kernels.ts";

const PLACES = [[0, 0], [0.3, -0.4], [-1.2, 0.7], [1.9, 1.9]];
const [LENGTH, SCALE, PERIOD] = [0.8, 0.6, 0.7];

Deno.test("inputs of two dimensions have the covariances of their distances, on the engine and in double precision", async () => {
  await useEngine("cpu");
  const parameters = {
    length: tf.tensor1d([LENGTH]),
    scale: tf.tensor1d([SCALE]),
    period: tf.tensor1d([PERIOD]),
  };
  for (const kernel of GP_KERNELS) {
    const found = covariance(kernel, tf.tensor3d([PLACES]), parameters).dataSync();
    const host = hostCovariance(kernel, PLACES, { length: LENGTH, scale: SCALE, period: PERIOD });
    // Places 0 and 1 are 0.5 apart, and 0.7, which is a period, along the axes.
    const r = Math.sqrt(5) * 0.5 / LENGTH;
    const shared = {
      rbf: Math.exp(-0.5 * (0.5 / LENGTH) ** 2),
      matern: (1 + r + r * r / 3) * Math.exp(-r),
      periodic: 1,
    }[kernel];
    ok(Math.abs(host[1]! - SCALE ** 2 * shared) < 1e-12, kernel);
    found.forEach((value, i) => ok(Math.abs(value - host[i]!) < 1e-5, `${kernel}: ${value} and ${host[i]}`));
  }
});
