import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { baselineInstalled } from "../baselines/mod.ts";
import { noPlugin } from "../engine/support_test.ts";
import { experiments, findRun } from "../experiments/registry.ts";
import { UCI_SETS } from "../experiments/uci/settings.ts";
import { readRecords, recordName } from "../results/mod.ts";
import { JOB, runJob } from "./job.ts";
import { JOBS, runJobs } from "./jobs.ts";
import { performIn, temporaryWorkspace } from "./support_test.ts";

const ID = "uci/yacht/spin/fold0";

Deno.test({
  name: "task jobs lists commands, task job runs one of them once, and then it is no longer listed",
  ignore: noPlugin,
  async fn() {
    await using workspace = await temporaryWorkspace();
    const records = ["--records", "my records"];
    const list = (...more: string[]) =>
      performIn(workspace.path, JOBS, runJobs, ["--profile", "quick", "--only", "uci", ...records, ...more]);
    const before = await list();
    equal(before.code, 0, before.stderr);
    const lines = before.stdout.trim().split("\n");
    const folds = Object.values(UCI_SETS.quick).reduce((a, b) => a + b, 0);
    const { models, classical } = experiments.uci.settings("quick");
    const installed = await baselineInstalled();
    equal(lines.length, folds * (models.length + (installed ? classical.length : 0)));
    match(
      lines.find((line) => line.includes(ID))!,
      /^deno task job \S+ --profile quick --records '\S*\/my records'$/,
    );
    match(before.stderr, /^(left out, uci needs .*setup --baselines: \d+\n)?$/);

    const chosen = await workspace.run(
      "jobs",
      "--profile",
      "quick",
      "--only",
      "uci/yacht/spin",
      "--steps",
      "2",
      ...records,
    );
    deepEqual(chosen.stdout.split("\n").length, UCI_SETS.quick["yacht"]! + 1);
    match(
      chosen.stdout,
      /^deno task job uci\/yacht\/spin\/fold0 --profile quick --records 'my records' --steps 2\n/,
    );

    const args = [ID, "--profile", "quick", ...records];
    const stepped = await workspace.run("job", ...args, "--steps", "2");
    equal(stepped.code, 0, stepped.stderr);
    match(stepped.stdout, /rmse .*2 steps in .*record: my records\/uci_quick_yacht_spin_fold0_/s);
    const folder = join(workspace.path, "my records");
    const [record, ...more] = await readRecords(folder);
    deepEqual(more, []);
    equal(record!.steps, 2);
    deepEqual([...Deno.readDirSync(join(workspace.path, "results/local/checkpoints"))], []);

    // Two steps are another run than the profile's, which is still to be made.
    equal((await list()).stdout, before.stdout);
    const again = await workspace.run("job", ...args, "--steps", "2");
    equal(again.code, 0, again.stderr);
    match(again.stdout, /^uci\/yacht\/spin\/fold0 has its record:\nrmse/);

    // As if the profile's run had been made.
    const { identity } = await findRun(ID, "quick");
    const whole = { ...record!, ...identity! };
    await Deno.writeTextFile(join(folder, recordName(whole)), JSON.stringify(whole));
    const after = await list();
    deepEqual(after.stdout.trim().split("\n"), lines.filter((line) => !line.includes(ID)));
    match(after.stderr, /left out, with a record: 1\n/);
    equal((await list("--all")).stdout, before.stdout);
  },
});

Deno.test("task jobs and task job say which names there are", async () => {
  const perform = (name: string, ...args: string[]) =>
    name === "jobs" ? performIn(".", JOBS, runJobs, args) : performIn(".", JOB, runJob, args);
  const message = async (name: string, ...args: string[]) => {
    const { code, stdout, stderr } = await perform(name, ...args);
    equal(code, 1);
    equal(stdout, "");
    return stderr;
  };
  match(
    await message("jobs", "--profile", "papper"),
    /^--profile: there is no profile "papper"; known: paper, quick/,
  );
  match(await message("jobs", "--only", "ucy"), /^--only: there is no experiment "ucy"; nearest: uci/);
  match(await message("job"), /^task job needs ID/);
  match(await message("job", "yacht"), /^there is no job "yacht": there is no experiment "yacht"/);
  match(
    await message("job", "uci/yacht/spin/fold9", "--profile", "quick"),
    /^profile quick: there is no job "uci\/yacht\/spin\/fold9"; nearest: uci\/yacht\/spin\/fold/,
  );
  match(
    await message("job", "step-cost/1024x14/spin", "--steps", "3"),
    /^--steps: step-cost\/1024x14\/spin takes no optimiser steps/,
  );
  await using workspace = await temporaryWorkspace();
  const absent = await workspace.run("job", "images/celeba-ctx8/canp/seed0");
  equal(absent.code, 1);
  match(absent.stderr, /data\/celeba: no list_eval_partition\.txt .*put the images of CelebA/);
});
