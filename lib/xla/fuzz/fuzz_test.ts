import { deepEqual, equal, match, notDeepEqual, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/testing.ts";
import { BACKEND } from "../backend/register.ts";
import { xla } from "../testing/backend.ts";
import { disagreements } from "./agreement.ts";
import { fuzz } from "./fuzz.ts";
import { generate } from "./generate.ts";
import { ops } from "./ops/mod.ts";
import { describe, type FuzzProgram } from "./program.ts";
import { agreementTest } from "./testing.ts";

agreementTest(15);

Deno.test("a seed determines its program, and all operations come up", async () => {
  await useEngine("cpu");
  const { numTensors } = tf.memory();
  deepEqual(generate(5), generate(5));
  notDeepEqual(generate(5).steps, generate(6).steps);
  const programs = Array.from({ length: 600 }, (_, i) => generate(i));
  const used = new Set(programs.flatMap(({ steps }) => steps.map(({ op }) => op)));
  deepEqual(Object.keys(ops).filter((op) => !used.has(op)), []);
  const shapes = programs.flatMap(({ leaves }) => leaves.map(({ shape }) => shape));
  for (const rank of [0, 1, 2, 3, 4]) ok(shapes.some(({ length }) => length === rank), `rank ${rank}`);
  for (const length of [0, 1]) ok(shapes.some((shape) => shape.includes(length)), `length ${length}`);
  equal(tf.memory().numTensors, numTensors);
});

/** Puts another kernel in the place of one of xla's while `use` runs. */
async function withKernel(
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

xlaTest(
  "a wrong kernel is found, and what it does wrong is printed as one operation",
  () =>
    withKernel("Tanh", (right) => tf.mul(right, 1.001), async () => {
      const found: string[] = [];
      const { failures } = await fuzz(xla(), { count: 40, seed: 3, onFailure: (text) => found.push(text) });
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
        ok((await disagreements(xla(), again)).length > 0, "it fails again from what was printed");
      }
    }),
);

xlaTest("tensors that are left over are noticed", async () => {
  const kept: tf.Tensor[] = [];
  await withKernel("Tanh", (right) => (kept.push(tf.keep(tf.scalar(1))), right), async () => {
    const program: FuzzProgram = {
      seed: 0,
      leaves: [{ dtype: "float32", shape: [2], values: [1, 2] }],
      steps: [{ op: "tanh", inputs: [0], attrs: {}, gradient: true }],
    };
    match((await disagreements(xla(), program)).join(), /tensors are left/);
  });
  tf.dispose(kept);
});
