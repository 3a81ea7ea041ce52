import { equal, match } from "node:assert/strict";
import { noPlugin } from "../engine/support_test.ts";
import { PLAN, runPlan } from "./plan.ts";
import { performIn, temporaryWorkspace } from "./support_test.ts";

Deno.test({
  name: "task plan tells jobs, parameters, memory and time of each program, and measures them if asked to",
  ignore: noPlugin,
  async fn() {
    // Set-up says what it does if that takes more than a second, as on a busy machine.
    await using workspace = await temporaryWorkspace({ without: ["data/cache"], env: { SPIN_SETUP: "off" } });
    await Deno.mkdir(`${workspace.path}/data/cache`);
    await Deno.symlink(
      new URL("../../data/cache/plugins", import.meta.url).pathname,
      `${workspace.path}/data/cache/plugins`,
    );
    const plan = async (...args: string[]) => {
      const { code, stdout, stderr } = await workspace.run(
        "plan",
        "--profile",
        "quick",
        "--only",
        "images",
        ...args,
      );
      equal(code, 0, stderr);
      return { stdout, stderr };
    };
    const before = await plan();
    match(before.stdout, /^images, quick\n/);
    match(
      before.stdout,
      /digits, context 8 to 16, canp +1 +0 +117,570 +~\d+ MB +300 +~\S+ \w+ +~.* estimate/,
    );
    match(before.stdout, /quick: 2 jobs, 0 done, to do ~\d/);
    match(before.stdout, /fitted on the committed records/);

    const refused = await plan("--measure", "--limit-memory", "0.001");
    match(refused.stderr, /not measured: digits, context 8 to 16, canp needs about \d+ MB, 1 MB are free/);
    match(refused.stdout, /estimate/);

    const measured = await plan("--measure");
    match(measured.stdout, /canp +1 +0 +117,570 +\d+ MB +300 .* measured/);
    // Kept for the next plan.
    match((await plan()).stdout, /ipnp +1 +0 +122,242 +\d+ MB +300 .* measured/);
  },
});

Deno.test("task plan says which names there are", async () => {
  const message = async (...args: string[]) => {
    const { code, stderr } = await performIn(".", PLAN, runPlan, args);
    equal(code, 1);
    return stderr;
  };
  match(await message("--profile", "fast"), /^--profile: there is no profile "fast"; known: /);
  match(await message("--only", "image"), /^--only: there is no experiment "image"; nearest: images/);
  match(await message("--limit-memory", "lots"), /^option --limit-memory: expected a number/);
});
