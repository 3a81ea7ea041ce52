import { deepEqual } from "node:assert/strict";
import { findPlugin } from "../../setup/plugin.ts";
import { xlaTest } from "../../engine/testing.ts";

const MOD = new URL("../mod.ts", import.meta.url).href;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

xlaTest("a process that ends while programs run has its exit code and all of its output", async () => {
  const { path } = await findPlugin();
  const code = `
    import * as tf from "@tensorflow/tfjs-core";
    import { jit, registerXla } from "${MOD}";
    const backend = registerXla(${JSON.stringify(path)});
    await tf.setBackend("xla");
    const slow = jit(backend, (x) => {
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
