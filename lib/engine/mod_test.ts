import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { ROOT } from "../paths.ts";
import { findTensorflow } from "./tensorflow_bundle.ts";
import { currentEngine, describeEngine, ENGINES, jit, memoryOf, ready, useEngine } from "./mod.ts";
import { noPlugin, xlaTest } from "./support_test.ts";

const absent: string[] = [...noPlugin ? ["xla"] : [], ...await findTensorflow() ? [] : ["tensorflow"]];
const engines = ENGINES.filter((name) => !absent.includes(name));

for (const name of engines) {
  Deno.test(`${name} can be chosen by name and describes itself`, async () => {
    const info = await useEngine(name);
    equal(info.engine, name);
    equal(tf.getBackend(), name);
    deepEqual(await currentEngine(), info);
    ok(info.threads >= 1 && info.device.length > 0);
    const below: Partial<Record<string, string>> = {
      xla: ", .+ \\(PJRT API 0\\.\\d+, .+\\)",
      tensorflow: ", TensorFlow \\d+\\.\\d+\\.\\d+, tfjs-node \\d+\\.\\d+\\.\\d+",
    };
    match(
      describeEngine(info),
      new RegExp(`^${name} on \\S.* \\(\\d+ threads?${below[name] ?? ""}, tfjs 4\\.\\d+\\.\\d+\\)$`),
    );
    deepEqual(Array.from(tf.add(tf.tensor1d([1, 2]), 1).dataSync()), [2, 3]);
  });
}

Deno.test("a GPU is described with its kind and how it computes products", () => {
  equal(
    describeEngine({
      engine: "xla",
      device: "NVIDIA H200",
      threads: 16,
      precision: "tf32",
      plugin: "xla_cuda_plugin.so (PJRT API 0.110, cuda)",
      tfjs: "4.22.0",
    }),
    "xla on NVIDIA H200 (16 threads, tf32, xla_cuda_plugin.so (PJRT API 0.110, cuda), tfjs 4.22.0)",
  );
});

/** A small network trained for twenty steps. @returns the losses */
function losses(): number[] {
  return tf.tidy(() => {
    const x = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
    const y = tf.tensor2d([0, 1, 1, 0], [4, 1]);
    const [w1, w2] = [
      tf.tidy(() => tf.variable(tf.tensor2d([1, -1, 0.5, 0.3, 0.8, -0.7], [2, 3]))),
      tf.tidy(() => tf.variable(tf.tensor2d([0.5, -0.4, 1], [3, 1]))),
    ];
    const step = jit((x: tf.Tensor2D, y: tf.Tensor2D, rate: tf.Scalar) => {
      const { value, grads } = tf.variableGrads(() => {
        const out = tf.sigmoid(tf.matMul(tf.tanh(tf.matMul(x, w1)), w2));
        return tf.mean(tf.squaredDifference(out, y)) as tf.Scalar;
      });
      for (const w of [w1, w2]) w.assign(tf.sub(w, tf.mul(rate, grads[w.name]!)));
      return value;
    });
    const found = Array.from({ length: 20 }, () => step(x, y, tf.scalar(0.5)).dataSync()[0]!);
    step.dispose();
    tf.dispose([w1, w2]);
    return found;
  });
}

Deno.test("jit gives the same losses on every engine", async () => {
  await useEngine("cpu");
  const expected = losses();
  ok(expected[19]! < expected[0]!);
  for (const name of engines) {
    await useEngine(name);
    const found = losses();
    ok(
      found.every((loss, i) => Math.abs(loss - expected[i]!) < 1e-5),
      `${name}: ${found} is not ${expected}`,
    );
  }
});

Deno.test("a compiled function uses the engine of the time when it is called, and leaves no tensors behind", async () => {
  let calls = 0;
  const f = jit((x: tf.Tensor) => {
    calls++;
    return tf.add(tf.mul(x, 2), 1);
  });
  for (const name of engines) {
    await useEngine(name);
    const x = tf.scalar(3);
    const before = tf.memory().numTensors;
    calls = 0;
    const results = [f(x), f(x)];
    equal(calls, name === "xla" ? 1 : 2);
    equal(tf.memory().numTensors, before + 2);
    await ready(...results);
    deepEqual(results.map((r) => r.dataSync()[0]), [7, 7]);
    equal(f.memory(x) !== undefined, name === "xla");
    tf.dispose([x, ...results]);
  }
  f.dispose();
});

Deno.test("an asynchronous call gives the same, and timers fire before it ends", async () => {
  for (const name of engines) {
    await useEngine(name);
    const f = jit((x: tf.Tensor, { by }: { by: number }) => tf.mul(x, by), { static: [1] });
    const x = tf.scalar(3);
    let fired = false;
    setTimeout(() => fired = true);
    let y = await f.async(x, { by: 4 });
    for (let calls = 0; !fired && calls < 10_000; calls++) {
      y.dispose();
      y = await f.async(x, { by: 4 });
    }
    ok(fired, name);
    deepEqual([...y.dataSync()], [12]);
    tf.dispose([x, y]);
    f.dispose();
  }
});

Deno.test("an async function is refused on every engine", async () => {
  for (const name of engines) {
    await useEngine(name);
    throws(() => jit(async () => await Promise.reject(new Error("later")))(), /must not be async/);
  }
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("memoryOf needs an engine that compiles, and says which one is in use", async () => {
  await useEngine("cpu");
  throws(
    () => memoryOf(() => tf.scalar(1)),
    (error) => error instanceof UserError && /engine is cpu/.test(error.message),
  );
});

Deno.test("an unknown engine is refused with the names of those there are, wherever the name comes from", async () => {
  const message = /engine: expected one of xla, tensorflow, wasm, cpu, found 'tpu'/;
  await rejects(useEngine("tpu"), message);
  const before = Deno.env.get("SPIN_ENGINE");
  try {
    Deno.env.set("SPIN_ENGINE", "tpu");
    await rejects(useEngine(), message);
    Deno.env.set("SPIN_ENGINE", "cpu");
    equal((await useEngine()).engine, "cpu");
    equal((await useEngine("wasm")).engine, "wasm", "a name in the program goes before the variable");
  } finally {
    if (before === undefined) Deno.env.delete("SPIN_ENGINE");
    else Deno.env.set("SPIN_ENGINE", before);
  }
});

/** Chooses an engine in a process of its own, in a workspace without an installed plugin. */
async function elsewhere(env: Record<string, string>): Promise<{ code: number; out: string; err: string }> {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["deno.json", "deno.lock"]) await Deno.copyFile(join(ROOT, name), join(folder, name));
    await Deno.symlink(join(ROOT, "lib"), join(folder, "lib"));
    const script = `import { useEngine } from "./lib/engine/mod.ts";
      try { console.log((await useEngine()).engine); }
      catch (error) { console.log(error.name + ": " + error.message); }`;
    await Deno.writeTextFile(join(folder, "main.ts"), script);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", join(folder, "main.ts")],
      cwd: folder,
      env: { NO_COLOR: "1", PJRT_PLUGIN_LIBRARY_PATH: "", SPIN_DEVICE: "", SPIN_ENGINE: "", ...env },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { code, out: text(stdout), err: text(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("without a plugin, the default is wasm with one line that says why; xla by name is an error", async () => {
  const fallback = await elsewhere({});
  deepEqual([fallback.code, fallback.out], [0, "wasm"]);
  equal(fallback.err.split("\n").length, 1);
  match(fallback.err, /plugin.* Using the wasm engine\.$/);
  const asked = await elsewhere({ SPIN_ENGINE: "xla" });
  match(asked.out, /^UserError: .*plugin/);
});

Deno.test("tensorflow without its installation is one message with the command to run", async () => {
  const { code, out } = await elsewhere({ SPIN_ENGINE: "tensorflow" });
  equal(code, 0);
  match(out, /^UserError: .* is not installed: npx .* task setup --tensorflow installs it\.$/);
});

xlaTest("a file that is no plugin is an error of the user's that names the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const text = join(folder, "text.so");
    await Deno.writeTextFile(text, "this is not a library\n".repeat(100));
    const { code, out } = await elsewhere({ PJRT_PLUGIN_LIBRARY_PATH: text });
    deepEqual([code, out], [
      0,
      `UserError: ${text} is not a PJRT plugin (a shared library that exports GetPjrtApi): ` +
      "the file has no format of shared libraries",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
