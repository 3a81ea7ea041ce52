import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { useEngine } from "../engine/mod.ts";
import { noPlugin } from "../engine/support_test.ts";
import { PROGRESS_FILE } from "../progress/progress.ts";
import { readRecords } from "../results/mod.ts";
import { loadProcess } from "../train/process/weights.ts";
import { performIn, temporaryWorkspace } from "./support_test.ts";
import { runTrain, TRAIN } from "./train.ts";

const SMALL = ["--model", "cnp", "--context", "3,4", "--target", "2,2", "--seed", "1"];

Deno.test({
  name: "task train stops with its state, goes on, and leaves a record and weights that are not made twice",
  ignore: noPlugin,
  async fn() {
    const progress = await Deno.makeTempFile();
    await using workspace = await temporaryWorkspace({ env: { [PROGRESS_FILE]: progress } });
    const args = ["gp", ...SMALL, "--steps", "4000", "--save", "cnp.safetensors"];
    const first = workspace.start("train", ...args);
    const checkpoints = join(workspace.path, "results/local/checkpoints");
    const output = first.output();
    // The interrupt comes while it trains, on machines of any speed.
    let ended = false;
    output.finally(() => ended = true);
    while (!ended && !/"done":[1-9]\d*,"total":4000/.test(await Deno.readTextFile(progress))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    first.kill("SIGINT");
    const { code } = await output;
    equal(code, 130);
    equal([...Deno.readDirSync(checkpoints)].length, 1);

    const second = await workspace.run("train", ...args);
    equal(second.code, 0, second.stderr);
    match(second.stdout, /target -?\d+\.\d{4}, error .*215682 parameters, 4000 steps/s);
    const [record, ...more] = await readRecords(join(workspace.path, "results/local/records"));
    deepEqual(more, []);
    equal(record!.steps, 4000);
    // A model that knows nothing of the context has about -0.9; above the ceiling it would know too much.
    ok(record!.metrics["target"]! > -0.9 && record!.metrics["target"]! < 1.3836);
    await useEngine("cpu");
    const { process, facts } = await loadProcess(join(workspace.path, "cnp.safetensors"));
    match(facts["record"]!, /^gp_quick_gp-rbf-ctx-3-4-tar-2-2_cnp_seed1_/);
    process.parameters.forEach((parameter) => parameter.dispose());
    deepEqual([...Deno.readDirSync(checkpoints)], []);
    await Deno.remove(progress);

    const third = await workspace.run("train", ...args);
    equal(third.stdout.split("\n").slice(1).join(), second.stdout.split("\n").slice(1).join());
  },
});

Deno.test("task train says what is wrong before it trains", async () => {
  await using workspace = await temporaryWorkspace();
  const message = async (...args: string[]) => {
    const { code, stderr } = await performIn(workspace.path, TRAIN, runTrain, args);
    equal(code, 1);
    return stderr;
  };
  match(await message(), /^task train needs EXPERIMENT/);
  match(await message("gp", "--model", "ip"), /^model: there is no neural process "ip"/);
  const { code, stderr } = await workspace.run("train", "gp", "--save", "no/where.safetensors");
  equal(code, 1);
  match(stderr, /^--save .*there is no folder/);
  equal([...Deno.readDirSync(workspace.path)].some(({ name }) => name === "results"), false);
});
