import { ok } from "node:assert/strict";
import { trainConvolution } from "../examples/convolution.ts";
import { trainTransformer } from "../examples/transformer.ts";
import { backendTest } from "./support/backend.ts";

/** Numbers in [0, 1), the same ones each time. */
function randomNumbers(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

backendTest("the example of a convolutional network learns to read", () => {
  const right = trainConvolution(250, randomNumbers());
  ok(right > 0.7, `${right}`);
});

backendTest("the example of a transformer learns to turn sequences round", () => {
  const right = trainTransformer(300, randomNumbers());
  ok(right > 0.8, `${right}`);
});
