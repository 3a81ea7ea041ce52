import { deepEqual } from "node:assert/strict";
import { backendTest, CONFIG, findTestPlugin } from "../support/backend.ts";

backendTest("a process that ends while programs run has its exit code and all of its output", async () => {
  const { path } = await findTestPlugin();
  const code = `
    import * as tf from "@tensorflow/tfjs-core";
    import { jit, registerXla } from "@spin/xla";
    registerXla(${JSON.stringify(path)});
    await tf.setBackend("xla");
    const slow = jit((x) => {
      for (let i = 0; i < 20; i++) x = tf.tanh(tf.matMul(x, x));
      return x;
    });
    const y = slow(tf.ones([500, 500]));
    if (Deno.args[0] === "wait") y.data();
    console.log("x".repeat(100_000));
    Deno.exit(3);`;
  for (const wait of ["no", "wait", "no"]) {
    const { code: exit, signal, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", `--config=${CONFIG}`, code, wait],
      stdout: "piped",
    }).output();
    deepEqual([exit, signal, stdout.length], [3, null, 100_001]);
  }
});
