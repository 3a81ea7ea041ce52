import { deepEqual } from "node:assert/strict";
import { backendTest, CONFIG, findTestPlugin } from "./support/backend.ts";

const EXECUTABLE = new URL("../src/pjrt/executable.ts", import.meta.url).href;

/** What the uses below have at hand. */
const PREPARED = `
  import * as tf from "@tensorflow/tfjs-core";
  import "@tensorflow/tfjs";
  import { bridgeMissingKernels, jit, memoryOf, registerXla, tensorSpec } from "@spin/xla";
  import { compile as compileOn } from "${EXECUTABLE}";
  const backend = registerXla(Deno.args[0]);
  bridgeMissingKernels("xla");
  tf.findBackend("cpu").firstUse = false;
  await tf.setBackend("xla");
  const compile = (text) => compileOn(backend.client, { text });
  const read = (tensor) => tensor.dataSync();
  const x = tf.ones([2, 3]);
  const y = tf.ones([4]);
  const whole = tf.tensor1d([1, 2], "int32");
  const gone = tf.ones([2]);
  gone.dispose();
`;

/**
 * Runs each use in one process, which must live through all of them and compute afterwards. A use is an expression;
 * with it stands the message that its error must have.
 */
async function refused(uses: Record<string, RegExp>): Promise<void> {
  const { path } = await findTestPlugin();
  const code = `${PREPARED}
    const uses = { ${Object.keys(uses).map((use) => `${JSON.stringify(use)}: () => ${use}`).join(",\n")} };
    const told = {};
    for (const [name, use] of Object.entries(uses)) {
      console.error(name);
      try { use(); told[name] = "no error"; } catch (error) {
        told[name] = error instanceof Error ? error.message : "not an Error";
      }
    }
    const after = [...read(tf.add(x, 1))];
    const compiled = [...read(jit((a) => tf.sum(a))(x))];
    console.log(JSON.stringify({ told, after, compiled }));`;
  const { code: exit, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${CONFIG}`, code, path!],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  deepEqual([exit, signal], [0, null], `the process ended at: ${text(stderr).slice(-500)}`);
  const { told, after, compiled } = JSON.parse(text(stdout));
  const unexpected = Object.entries(uses).filter(([use, message]) => !message.test(told[use]))
    .map(([use, message]) => `${use}: expected ${message}, found ${told[use]}`);
  deepEqual(unexpected, []);
  deepEqual([after, compiled], [[2, 2, 2, 2, 2, 2], [6]]);
}

backendTest("shapes that do not fit are errors", () =>
  refused({
    "tf.add(x, y)": /could not be broadcast/,
    "tf.matMul(x, x)": /inner shapes \(3\) and \(2\) of Tensors with shapes 2,3 and 2,3 .* must match/,
    "tf.reshape(x, [4])": /must match the product of shape/,
    "tf.transpose(x, [0, 0])": /transpose: tensor<2x3xf32> by \[0,0\]/,
    "tf.sum(x, 7)": /must be in range \[-2, 2\) but got axis 7/,
    "tf.argMax(tf.scalar(1))": /but got axis 0/,
    "tf.gather(x, whole, 5)": /transpose|axis/i,
    "tf.slice(y, [2], [10])": /begin\[0\] \+ size\[0\] \(12\) would overflow input.shape\[0\] \(4\)/,
    "tf.topk(y, 5)": /must be <= the last dimension/,
    "tf.tensor([1, 2, 3], [2])": /should have 2 values but has 3/,
    "jit((a) => tf.matMul(a, a))(x)": /inner shapes/,
  }));

backendTest("types that do not go together are errors", () =>
  refused({
    "tf.logicalAnd(x, y)": /must be bool tensor, but got float32/,
    "tf.where(x, x, x)": /must be bool tensor/,
    "tf.gather(x, y)": /must be int32 tensor/,
    "tf.add(tf.tensor(['a']), 1)": /must be numeric tensor, but got string/,
    "tf.cast(x, 'string')": /Only strings can be casted to strings/,
    "tf.tensor([1], [1], 'float64')": /Unknown data type float64/,
    "jit((a) => a)(tf.tensor(['a']))": /float32, int32 and bool tensors; found string/,
    "jit((a) => a)(tf.complex([1], [2]))": /found complex64/,
    "jit(() => tf.tensor(['a']))()": /found string/,
    "jit((a) => 1)(() => 1)": /found a function/,
    "memoryOf((a) => a, tensorSpec([2], 'string'))": /found string/,
  }));

backendTest("tensors without a value are errors, wherever they are used", () =>
  refused({
    "tf.add(gone, 1)": /a tensor \(float32 \[2\]\) is disposed, and can't be computed with/,
    "read(gone)": /Tensor is disposed/,
    "jit((a) => a)(gone)": /tensor 1 of 1 among its arguments \(float32 \[2\]\) is disposed/,
    "jit(() => tf.add(gone, 1))()": /is disposed, and can't be computed with/,
    "(() => { const a = tf.ones([5]); jit(function take(b) { return tf.add(b, 1); }, { donate: [0] })(a); read(a); })()":
      /was donated to take/,
    "(() => { let inner; jit((a) => { inner = tf.keep(tf.add(a, 1)); return a; })(x); read(inner); })()":
      /made inside a compiled function has no value outside of it/,
    "jit((a) => read(a))(x)": /read inside a compiled function, where only shapes are known/,
    "(() => { const v = tf.variable(tf.ones([2])); const f = jit(() => tf.add(v, 1)); f(); v.dispose(); f(); })()":
      /is disposed, and a compiled function uses it/,
  }));

const wholeLengths = /positive integers|expected whole lengths, found/;

backendTest("lengths that are no numbers, negative or broken are errors", () =>
  refused({
    "tf.zeros([NaN])": wholeLengths,
    "tf.ones([Infinity])": wholeLengths,
    "tf.fill([-3], 1)": wholeLengths,
    "tf.fill([2.5], 1)": wholeLengths,
    "tf.broadcastTo(tf.ones([1]), [NaN])": wholeLengths,
    "tf.tile(y, [NaN])": wholeLengths,
    "tf.tile(y, [-1])": wholeLengths,
    "tf.tile(y, [1.5])": wholeLengths,
    "tf.range(0, Infinity)": wholeLengths,
    "tf.linspace(0, 1, NaN)": wholeLengths,
    "tf.oneHot(whole, NaN)": wholeLengths,
    "tf.reshape(x, [NaN])": /must match the product/,
    "tf.pad(y, [[NaN, 1]])": /pad: tensor<4xf32>/,
    "tf.slice(y, [NaN], [1])": /slice1D: begin\[0\] \+ size\[0\] \(NaN\) would overflow/,
    "tf.topk(y, 1.5)": wholeLengths,
    "memoryOf((a) => a, tensorSpec([NaN]))": wholeLengths,
    "memoryOf((a) => a, tensorSpec([-1]))": wholeLengths,
  }));

const tooLarge = /larger than any memory|expected whole lengths/;

backendTest("shapes beyond what the compiler or the memory holds are errors", () =>
  refused({
    "tf.fill([2 ** 31, 2 ** 31], 1)": tooLarge,
    "tf.fill([2 ** 40, 2 ** 40, 2 ** 40], 1)": tooLarge,
    "tf.fill([0, 2 ** 40, 2 ** 40], 1)": tooLarge,
    "tf.fill([2 ** 64], 1)": tooLarge,
    "tf.broadcastTo(tf.ones([1, 1]), [2 ** 40, 2 ** 40])": tooLarge,
    "tf.tile(y, [2 ** 62])": tooLarge,
    "tf.pad(y, [[2 ** 50, 2 ** 62]])": tooLarge,
    "jit((a) => tf.sum(tf.broadcastTo(a, [2 ** 40, 2 ** 40])))(tf.ones([1]))": tooLarge,
    "memoryOf((a) => tf.add(a, 1), tensorSpec([2 ** 40, 2 ** 40]))": tooLarge,
    "read(tf.fill([2 ** 31, 2 ** 12], 1))": /needs 35\.2 TB of memory .* outputs 35\.2 TB/,
    "read(tf.range(0, 2 ** 42))": /needs 17\.6 TB of memory/,
    "jit(function large(a) { return tf.add(tf.broadcastTo(a, [2 ** 43]), 1); })(tf.ones([1]))":
      /^large needs 35\.2 TB of memory/,
  }));

backendTest("programs that are none are errors", () =>
  refused({
    "compile('')": /`main` function/,
    "compile('\\0')": /`main` function|error/,
    "compile('module @m {}')": /`main` function/,
    "compile('nonsense')": /nonsense/,
    "compile('module @m { func.func public @main(%a: tensor<2xf32>) -> tensor<3xf32> { return %a : tensor<2xf32> } }')":
      /doesn't match function result type/,
    "compile('module @m { func.func public @main(%a: tensor<-2xf32>) -> tensor<f32> { return %a : tensor<f32> } }')":
      /error/,
    "compile('module @m { func.func public @main(%a: tensor<f32>) -> tensor<f32> { %0 = stablehlo.custom_call @nobody(%a) : (tensor<f32>) -> tensor<f32> return %0 : tensor<f32> } }')":
      /nobody/,
  }));

backendTest("tensors of another engine are taken as they are", async () => {
  const { path } = await findTestPlugin();
  const code = `${PREPARED}
    await tf.setBackend("cpu");
    const a = tf.tensor1d([1, 2]);
    await tf.setBackend("xla");
    const f = jit((b) => tf.add(tf.add(a, b), 1));
    console.log(String([...read(tf.mul(a, 2)), ...read(f(a))]));`;
  const { code: exit, signal, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${CONFIG}`, code, path!],
    stdout: "piped",
  }).output();
  deepEqual([exit, signal, new TextDecoder().decode(stdout).trim()], [0, null, "2,4,3,5"]);
});
