import * as tf from "@tensorflow/tfjs-core";
import { jit, ready } from "../engine/mod.ts";
import { median } from "../results/mod.ts";

/** What calling a compiled function costs, its program being next to nothing. */
export interface CallCost {
  /** Variables that the program reads and updates in place. */
  buffers: number;
  /** Microseconds from the call to its return, during which JavaScript can do nothing else. */
  median: number;
  min: number;
}

/** Calls a jitted function that adds 1 to each of some scalar variables; timed without what runs in the background. */
export async function callCost(buffers: number, calls: number): Promise<CallCost> {
  const variables = Array.from({ length: buffers }, () => tf.variable(tf.tensor1d([0])));
  const increment = jit(() => {
    for (const variable of variables) variable.assign(tf.add(variable, 1));
    return tf.clone(variables[0]!);
  });
  const microseconds: number[] = [];
  const warmup = Math.ceil(calls / 4);
  for (let i = 0; i < warmup + calls; i++) {
    const start = performance.now();
    const result = increment();
    const end = performance.now();
    if (i >= warmup) microseconds.push((end - start) * 1000);
    await ready(result);
    result.dispose();
  }
  increment.dispose();
  tf.dispose(variables);
  return { buffers, median: median(microseconds), min: Math.min(...microseconds) };
}
