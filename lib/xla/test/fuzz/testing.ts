/** For tests: random programs on both engines, the one in use being xla. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { BACKEND } from "../../src/backend/register.ts";
import { disagreements } from "./agreement.ts";
import { fuzz } from "./fuzz.ts";
import { describe, type FuzzProgram } from "./program.ts";

/** The first programs of a seed agree. */
export async function programsAgree(count: number): Promise<void> {
  const failures: string[] = [];
  const { agree } = await fuzz({ count, seed: 77, onFailure: (text) => failures.push(text) });
  deepEqual([agree, failures], [count, []]);
}

/** Puts another kernel in the place of one of xla's while `use` runs. */
export async function withKernel(
  kernelName: string,
  change: (result: tf.Tensor) => tf.Tensor,
  use: () => Promise<void>,
): Promise<void> {
  const { kernelFunc } = tf.getKernel(kernelName, BACKEND);
  const replace = (kernelFunc: tf.KernelFunc) => {
    tf.unregisterKernel(kernelName, BACKEND);
    tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  };
  replace((call) => {
    const right = tf.engine().makeTensorFromTensorInfo(kernelFunc(call) as tf.TensorInfo);
    return change(right);
  });
  try {
    await use();
  } finally {
    replace(kernelFunc);
  }
}

/** Among so many programs some find a wrong kernel, and each of them is made as small as can be. */
export function wrongKernelIsFound(count: number): Promise<void> {
  return withKernel("Tanh", (right) => tf.mul(right, 1.001), async () => {
    const found: string[] = [];
    const { failures } = await fuzz({ count, seed: 3, onFailure: (text) => found.push(text) });
    ok(failures > 0);
    equal(found.length, failures);
    for (const text of found) {
      const lines = text.split("\n");
      equal(lines.filter((line) => / = \w+\(v/.test(line)).length, 1, text);
      match(text, /v\d+ = tanh\(v0\)/);
      match(
        text,
        /xla, (eager|compiled): (v1 \(tanh\)|gradient by v0): element \d+: expected \S+, found \S+/,
      );
      const again = JSON.parse(lines.find((line) => line.startsWith("  {"))!) as FuzzProgram;
      equal(
        describe(again),
        lines.slice(0, lines.findIndex((line) => line.startsWith("  {")) + 1).join("\n"),
      );
      ok((await disagreements(again)).length > 0, "it fails again from what was printed");
    }
  });
}
