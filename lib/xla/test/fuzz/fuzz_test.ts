import { deepEqual, equal, match, notDeepEqual, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, useBackend } from "../support/backend.ts";
import { disagreements } from "./agreement.ts";
import { generate } from "./generate.ts";
import { ops } from "./ops/mod.ts";
import type { FuzzProgram } from "./program.ts";
import { programsAgree, withKernel, wrongKernelIsFound } from "./testing.ts";

backendTest(
  "random programs have the values and gradients of tfjs's cpu engine, and leave nothing behind",
  () => programsAgree(15),
);

Deno.test("a seed determines its program, and all operations come up", async () => {
  await useBackend("cpu");
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

backendTest(
  "a wrong kernel is found, and what it does wrong is printed as one operation",
  () => wrongKernelIsFound(10),
);

backendTest("tensors that are left over are noticed", async () => {
  const kept: tf.Tensor[] = [];
  await withKernel("Tanh", (right) => (kept.push(tf.keep(tf.scalar(1))), right), async () => {
    const program: FuzzProgram = {
      seed: 0,
      leaves: [{ dtype: "float32", shape: [2], values: [1, 2] }],
      steps: [{ op: "tanh", inputs: [0], attrs: {}, gradient: true }],
    };
    match((await disagreements(program)).join(), /tensors are left/);
  });
  tf.dispose(kept);
});
