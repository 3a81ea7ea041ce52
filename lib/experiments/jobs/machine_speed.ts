import * as tf from "@tensorflow/tfjs-core";
import { jit, ready } from "../../engine/mod.ts";

const SIDE = 1024;
/** Multiply-adds in a second on the machine of the committed records. */
const THERE = 44e9;
/** Seconds of trying. */
const SPEND = 0.7;

/** How much faster this machine multiplies matrices than the one of the committed records: the best of many products. */
export async function machineSpeed(): Promise<number> {
  const a = tf.ones([SIDE, SIDE]) as tf.Tensor2D;
  const product = jit((x: tf.Tensor2D) => tf.matMul(x, x), { name: "a product" });
  const start = performance.now();
  let best = Infinity;
  while (performance.now() - start < 1000 * SPEND) {
    const before = performance.now();
    const result = product(a);
    await ready(result);
    best = Math.min(best, (performance.now() - before) / 1000);
    result.dispose();
  }
  a.dispose();
  product.dispose();
  return SIDE ** 3 / best / THERE;
}
