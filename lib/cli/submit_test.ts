import { deepEqual, equal, match, throws } from "node:assert/strict";
import { arraysOf, checkTime } from "./slurm.ts";
import { runSubmit, SUBMIT } from "./submit.ts";
import { performIn, temporaryWorkspace } from "./support_test.ts";

Deno.test("time limits are those of Slurm, and leave time for work", () => {
  for (const time of [undefined, "4", "240", "4:00:00", "90:00", "1-12", "1-0:30", "0-0:10:0"]) {
    checkTime(time);
  }
  for (const time of ["3", "2:59", "0-0", "4h", "1:2:3:4", "-5", "", "1-"]) {
    throws(
      () => checkTime(time),
      { message: new RegExp(`^--time: expected a limit above 3 minutes as minutes, .* found "${time}"$`) },
    );
  }
});

Deno.test("commands are spread over arrays that Slurm takes", () => {
  const commands = Array.from({ length: 2100 }, (_, i) => `command ${i}`);
  const arrays = arraysOf(commands);
  deepEqual(arrays.map(({ commands }) => commands.length), [1000, 1000, 100]);
  equal(new Set(arrays.map(({ folder }) => folder)).size, 3);
  deepEqual(arrays.flatMap(({ commands }) => commands), commands);
});

Deno.test("task submit prints what Slurm would be given, and says what is wrong", async () => {
  await using workspace = await temporaryWorkspace({ env: { PATH: "/nowhere" } });
  const submit = (...args: string[]) =>
    workspace.run("submit", "--profile", "quick", "--only", "uci/yacht/spin", ...args);
  const options =
    "--steps 5 --records there --partition gpu,short --gpus 1 --time 4:00:00 --at-once 2 --sbatch=--account=me";
  const printed = await submit("--dry-run", ...options.split(" "));
  equal(printed.code, 0, printed.stderr);
  match(printed.stdout, /^deno task job uci\/yacht\/spin\/fold2 --profile quick --records there --steps 5$/m);
  const lines = [
    "--array=1-3%2",
    "--signal=B:TERM@90",
    "--gpus=1",
    "--partition=gpu,short",
    "--time=4:00:00",
    "--account=me",
  ];
  for (const line of lines) match(printed.stdout, new RegExp(`^#SBATCH ${line}$`, "m"));
  match(printed.stdout, /^#SBATCH --dependency=afterany:ARRAY0$/m);
  match(printed.stdout, /^exec deno task results --profile quick --records there$/m);
  deepEqual([...Deno.readDirSync(workspace.path)].filter(({ name }) => name === "results"), []);

  const refused = async (...args: string[]) => {
    const given = ["--profile", "quick", "--only", "uci/yacht/spin", ...args];
    const { code, stdout, stderr } = await performIn(workspace.path, SUBMIT, runSubmit, given);
    equal(code, 1);
    equal(stdout, "");
    return stderr;
  };
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", "/nowhere");
  try {
    match(await refused(), /^sinfo: expected Slurm's programs on the PATH of this machine, found none; /);
    match(await refused("--status"), /^squeue: expected Slurm's programs/);
  } finally {
    Deno.env.set("PATH", path);
  }
  match(await refused("--time", "soon"), /^--time: expected a limit/);
  match(await refused("--gpus", "one"), /^option --gpus: expected a whole number of 0 or more, found "one"/);
  match(
    await refused("--only", "uci/yahct"),
    /^--only: profile quick has no job that begins with "uci\/yahct"; nearest: uci\/yacht/,
  );
});
