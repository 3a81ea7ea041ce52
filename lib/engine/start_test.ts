import { equal, ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findCpuPlugin } from "./device.ts";

const ENGINE = new URL("./mod.ts", import.meta.url).href;

/** A training step in a process of its own, which tells its loss and how its programs came about. */
const STEP = `
import * as tf from "@tensorflow/tfjs-core";
import { compileTime, jit, useEngine } from "${ENGINE}";
await useEngine("xla");
const w = tf.variable(tf.fill([8, 8], 0.5));
const step = jit((x) => {
  const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.softmax(tf.matMul(tf.tanh(x), w)))));
  w.assign(tf.sub(w, grads[w.name]));
  return value;
});
const loss = step(tf.fill([4, 8], 0.25)).dataSync()[0];
const { programs, stored } = compileTime();
console.log(JSON.stringify({ loss, programs, stored }));
`;

async function stepInProcess(folder: string): Promise<{ loss: number; programs: number; stored: number }> {
  const path = `${folder}/step.ts`;
  await Deno.writeTextFile(path, STEP);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      "--config",
      fileURLToPath(new URL("../../deno.json", import.meta.url)),
      path,
    ],
    env: { SPIN_PROGRAMS: `${folder}/programs` },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  equal(code, 0, said);
  // What native code says of programs from disk is kept away; its remarks on what takes long are not.
  ok(!said.includes("prefer-no-gather"), said);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "a second process finds the programs of the first and computes the same",
  ignore: !(await findCpuPlugin()).path,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const first = await stepInProcess(folder);
      ok(first.programs > 0 && first.stored === 0);
      // Programs that are compiled in no time are not worth a file.
      const files = await readdir(`${folder}/programs`).catch(() => []);
      const second = await stepInProcess(folder);
      equal(second.loss, first.loss);
      equal(second.stored, files.filter((name) => name.endsWith(".xla")).length);
      equal(second.programs + second.stored, first.programs);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
