import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { temporaryWorkspace } from "../cli/support_test.ts";
import { useEngine } from "../engine/mod.ts";
import { noPlugin } from "../engine/support_test.ts";
import type { Run } from "../experiments/experiment.ts";
import { chosenRuns } from "../experiments/registry.ts";
import { REPEAT } from "../experiments/run.ts";
import { readRecords } from "../results/mod.ts";
import { makeRuns } from "./gpu_paper.ts";

const namesIn = (folder: string): string[] => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test({
  name:
    "runs are made in their order; one that fails stops no other, and one that is stopped goes on from its state",
  ignore: noPlugin,
  async fn() {
    await useEngine("xla");
    Deno.env.set(REPEAT, "all");
    const out = await Deno.makeTempDir();
    try {
      const [first, second, third] = await chosenRuns("quick", ["uci/yacht/spin"], 3);
      const controller = new AbortController();
      const failing: Run = { ...first!, execute: () => Promise.reject(new Error("no memory")) };
      const stopping: Run = {
        ...second!,
        execute(options) {
          controller.abort();
          return second!.execute(options);
        },
      };
      deepEqual(await makeRuns([failing, third!, stopping, first!], out, controller.signal), [first!.id]);
      deepEqual((await readRecords(out)).map(({ fold }) => fold!.index), [2]);
      equal(namesIn(join(out, "checkpoints")).length, 1);

      deepEqual(await makeRuns([first!, third!, second!], out, new AbortController().signal), []);
      deepEqual((await readRecords(out)).map(({ fold, steps }) => [fold!.index, steps]), [[0, 3], [1, 3], [
        2,
        3,
      ]]);
      deepEqual(namesIn(join(out, "checkpoints")), []);
    } finally {
      Deno.env.delete(REPEAT);
      await Deno.remove(out, { recursive: true });
    }
  },
});

Deno.test({
  name: "task gpu:paper tells its list, and makes a run of it on the CPU",
  ignore: noPlugin,
  async fn() {
    await using workspace = await temporaryWorkspace();
    const command = (...args: string[]) =>
      workspace.run("../parity/gpu_paper", "--cpu", "--out", "gpu", ...args);
    const list = await command("--dry-run");
    equal(list.code, 0, list.stderr);
    match(
      list.stdout,
      /boston-housing, spin +10 +0 .*context 1024 to 2048, ipnp +5 +0 .*windows of 100, spin +15/s,
    );
    match(list.stdout, /\n215 runs, then the bench; to do ~\d/);
    deepEqual(namesIn(workspace.path).includes("gpu"), false);

    const one = await command("--only", "imputation/b1-window0/copying");
    equal(one.code, 0, one.stderr);
    match(one.stdout, /copying\/seed0: \{"r2":0\.97.*\n1 records in gpu\n$/);

    const wrong = await command("--only", "gp/ctx65");
    equal(wrong.code, 1);
    match(wrong.stderr, /^--only: profile paper has no job that begins with "gp\/ctx65"; known: gp\/ctx64,/);
  },
});
