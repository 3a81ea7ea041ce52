import { deepEqual, ok } from "node:assert/strict";
import { kernelSpec, MALLOC } from "./kernel.ts";
import { ROOT } from "../paths.ts";

const COMPUTING = ["test", "ok", "run", "reproduce", "bench", "golden", "gpu", "train", "predict", "impute"];

Deno.test("notebooks and computing tasks are given memory in the same way", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  for (const task of COMPUTING) {
    ok(tasks[task].command.startsWith("deno run --quiet -A lib/cli/start.ts "), task);
  }
  ok((await Deno.readTextFile(`${ROOT}/lib/cli/start.ts`)).includes("processEnvironment(MALLOC)"));
  deepEqual(kernelSpec().env, MALLOC);
});
