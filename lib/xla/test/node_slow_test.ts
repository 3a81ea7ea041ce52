import * as esbuild from "esbuild";
import { deepEqual, match } from "node:assert/strict";
import { join } from "node:path";
import manifest from "../deno.json" with { type: "json" };
import { CACHE, CONFIG, findTestPlugin, noPlugin } from "./support/backend.ts";
import { FOUND_WEIGHTS, pack, PACKAGE, readmeExample, run } from "./support/packed.ts";
import { KOFFI } from "./suite/run.ts";
import { OTHER_SPECS, passSuite } from "./suite/testing.ts";

/** The first of these programs that can't be started. */
async function missing(...programs: string[]): Promise<string | undefined> {
  for (const program of programs) {
    const start = () => new Deno.Command(program, { args: ["--version"] }).output();
    if (!(await start().catch(() => undefined))?.success) return program;
  }
}

const absent = noPlugin ? "XLA plugin" : await missing("node", "npm");

/** Steps compiled and eager, on this thread and on others, stored programs, loops and two devices. */
const JIT = `
import process from "node:process";
import * as tf from "@tensorflow/tfjs";
import { jit, liveBuffers, registerXla, scan } from "@spin/xla";
import { findPlugin } from "@spin/xla/plugins";

const { path, reason } = await findPlugin({ folder: process.env.PLUGINS }, "cpu");
if (!path) throw new Error(reason);
registerXla(path, { cpuDevices: 2, programFolder: process.env.PROGRAMS });
await tf.setBackend("xla");

const wave = (shape, phase) => {
  const length = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length }, (_, i) => (i * 37 + phase) % 101 / 101 - 0.5), shape);
};
const results = [];
const note = async (tensor) => results.push(...await tensor.data());

const weights = [0, 1, 2].map((i) => tf.variable(wave([8, 8], i)));
const optimizer = tf.train.adam(0.01);
const step = jit((x, y) =>
  optimizer.minimize(() => {
    const last = weights.reduce((value, weight) => tf.tanh(tf.matMul(value, weight)), x);
    return tf.losses.meanSquaredError(y, last);
  }, true, weights)
);
const [x, y] = [wave([32, 8], 5), wave([32, 8], 50)];
for (let i = 0; i < 20; i++) step(x, y).dispose();
await note(await step.async(x, y));
for (const weight of weights) await note(weight);

const [sum] = scan((carry, row) => [tf.add(tf.mul(carry, 0.9), row), null], tf.zeros([8]), x);
await note(sum);
await note(tf.softmax(tf.conv1d(tf.reshape(x, [1, 32, 8]), wave([3, 8, 4], 1), 1, "same")));
await note(jit((x) => tf.sum(tf.square(x)), { mesh: { devices: 2, batch: [0] } })(x));
let refused = "";
try {
  jit((x) => tf.matMul(x, x))(x);
} catch (error) {
  refused = error.message;
}
console.log(JSON.stringify({ results, refused, live: liveBuffers() > 0 }));
`;

/** Ends while a program runs. */
const EXIT = `
import process from "node:process";
import * as tf from "@tensorflow/tfjs";
import { jit, registerXla } from "@spin/xla";
registerXla(process.env.PJRT_PLUGIN_LIBRARY_PATH);
await tf.setBackend("xla");
const slow = jit((x) => {
  for (let i = 0; i < 20; i++) x = tf.tanh(tf.matMul(x, x));
  return x;
});
slow(tf.ones([500, 500])).data();
process.exit(3);
`;

Deno.test({
  name: `the packed package runs in Node${absent ? ` (not run: no ${absent})` : ""}`,
  ignore: absent !== undefined,
  fn: async (t) => {
    const folder = await Deno.makeTempDir();
    const { path: plugin } = await findTestPlugin();
    const node = async (name: string, code: string, env: Record<string, string>) => {
      await Deno.writeTextFile(join(folder, name), code);
      return await run("node", ["--no-warnings", name], folder, env);
    };
    const tfjs = manifest.imports["@tensorflow/tfjs"].replace("npm:", "");
    try {
      await pack(join(folder, "package.tgz"));
      await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ private: true }));

      await t.step("without koffi it says what is missing", async () => {
        await run("npm", ["install", "--no-audit", "--no-fund", "./package.tgz", tfjs], folder);
        const said = await node(
          "without.mjs",
          `import { registerXla } from "@spin/xla";
           try { registerXla(${JSON.stringify(plugin)}); } catch (error) { console.log(error.message); }`,
          {},
        );
        match(said, /npm install koffi/);
      });

      await t.step("the example of the README finds its weights", async () => {
        await run("npm", ["install", "--no-audit", "--no-fund", KOFFI], folder);
        const { code } = await esbuild.transform(await readmeExample(), { loader: "ts" });
        await esbuild.stop();
        match(await node("start.mjs", code, { PJRT_PLUGIN_LIBRARY_PATH: plugin! }), FOUND_WEIGHTS);
      });

      await t.step(
        "compiled and eager steps have Deno's values, bit for bit, with programs loaded again",
        async () => {
          const env = { PLUGINS: join(CACHE, "plugins"), NO_COLOR: "1" };
          const deno = await run(Deno.execPath(), ["eval", `--config=${CONFIG}`, JIT], PACKAGE, {
            ...env,
            PROGRAMS: join(folder, "deno_programs"),
          });
          const expected = lastLine(deno);
          for (const _ of ["compiled", "loaded"]) {
            const said = await node("jit.mjs", JIT, { ...env, PROGRAMS: join(folder, "node_programs") });
            deepEqual(lastLine(said), expected);
          }
        },
      );

      await t.step("a process that ends while programs run has its exit code", async () => {
        await Deno.writeTextFile(join(folder, "exit.mjs"), EXIT);
        const { code, signal } = await new Deno.Command("node", {
          args: ["exit.mjs"],
          cwd: folder,
          env: { PJRT_PLUGIN_LIBRARY_PATH: plugin! },
        }).output();
        deepEqual([code, signal], [3, null]);
      });

      await t.step("a sample of tfjs-core's own test suite passes", async () => {
        await passSuite(plugin!, OTHER_SPECS, folder);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

const lastLine = (text: string): unknown =>
  JSON.parse(text.split("\n").findLast((line) => line.startsWith("{"))!);
