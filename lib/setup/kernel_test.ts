import { deepEqual, ok } from "node:assert/strict";
import { ROOT } from "./paths.ts";
import { kernelSpec, MALLOC } from "./kernel.ts";

const COMPUTING = ["test", "ok", "run", "reproduce", "bench", "golden", "gpu", "train", "predict"];

Deno.test("notebooks and computing tasks are given memory in the same way", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const [[name, value]] = Object.entries(MALLOC) as [[string, string]];
  for (const task of COMPUTING) ok(tasks[task].command.startsWith(`${name}=${value} `), task);
  deepEqual(kernelSpec().env, MALLOC);
});
