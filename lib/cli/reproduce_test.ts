import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { KEPT_RECORDS } from "../experiments/profiles.ts";
import { notebookText, readNotebook } from "../notebook/format.ts";
import { code, notebook, prose, shownText } from "../notebook/support_test.ts";
import { readRecords, writeRecord } from "../results/mod.ts";
import { REPRODUCE, runReproduce } from "./reproduce.ts";
import { performIn, temporaryWorkspace } from "./support_test.ts";

const PROFILE = code('const profile = "none";', { tags: ["parameters"] });
const FINE = notebookText(notebook(prose("# Fine"), PROFILE, code("console.log(profile);")));
const FAILING = notebookText(notebook(code('throw new Error("no");')));
const ENDLESS = notebookText(notebook(
  prose("# Endless"),
  code(
    'import { stopRequested } from "../lib/progress/mod.ts";\nDeno.writeTextFileSync("../started", "");\n' +
      "while (!stopRequested()) await new Promise((resolve) => setTimeout(resolve, 20));",
  ),
));

Deno.test("reproduce runs every notebook, names the one that fails, and does not repeat what has finished", async () => {
  await using workspace = await temporaryWorkspace({
    notebooks: { "01_fails.ipynb": FAILING, "02_fine.ipynb": FINE },
  });
  const first = await workspace.run("reproduce");
  equal(first.code, 1);
  match(
    first.stderr,
    /notebooks\/01_fails\.ipynb, cell 1, line 1:\n {4}throw new Error\("no"\);\nError: no\n/,
  );
  match(first.stderr, /\nfailed: 01_fails\n$/);
  doesNotMatch(first.stdout, /UCI|repeated/);
  match(first.stdout, /\nreport: results\/local\/quick\/index\.html \(.* in all\)\n$/);
  const folder = join(workspace.path, "results", "local", "quick");
  const executed = await readNotebook(join(folder, "02_fine.ipynb"));
  deepEqual(executed.cells.map(shownText), ["", "", "", "quick\n"]);
  match(await Deno.readTextFile(join(folder, "index.html")), /<summary>Fine /);

  const second = await workspace.run("reproduce", "--only", "02_fine");
  equal(second.code, 0);
  match(second.stdout, /^02_fine: finished before/m);
});

Deno.test("reproduce repeats a sample of the kept runs that its notebooks show, and names what differs", async () => {
  const kept = (await readRecords(KEPT_RECORDS)).filter(({ experiment, configuration }) =>
    experiment === "prediction-cost" && configuration["n"] === 512
  );
  const [npt, rival] = ["npt", "set-transformer"].map((name) => kept.find(({ model }) => model === name)!);
  await using workspace = await temporaryWorkspace({
    notebooks: { "02_memory_scaling.ipynb": FINE, "03_ablation.ipynb": FAILING },
  });
  const records = join(workspace.path, "results", "records");
  await writeRecord(records, npt!);
  await writeRecord(records, { ...rival!, metrics: { ...rival!.metrics, peak: 1e9 } });
  await writeRecord(records, { ...npt!, experiment: "ablation" });
  const { code, stdout, stderr } = await workspace.run("reproduce", "--only", "02_memory_scaling");
  equal(code, 1);
  match(
    stdout,
    /\n2 of 2 runs repeated here: 1 [a-z ]+, 1 different\nreport: results\/local\/quick\/index\.html .*\n$/,
  );
  match(
    stderr,
    /prediction-cost, set-transformer, normal-512x14, seed 42: peak is \d+, the kept record has 1000000000, tolerance 250000000\n/,
  );
  match(
    await Deno.readTextFile(join(workspace.path, "results", "local", "quick", "index.html")),
    /Runs that were repeated/,
  );
});

Deno.test("an interrupt stops the running notebook, and ends with the exit code that shells expect", async () => {
  await using workspace = await temporaryWorkspace({ notebooks: { "01_endless.ipynb": ENDLESS } });
  const process = workspace.start("reproduce");
  const output = process.output();
  while (!await Deno.stat(join(workspace.path, "started")).catch(() => undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  process.kill("SIGINT");
  const { code, stderr } = await output;
  equal(code, 130);
  match(
    new TextDecoder().decode(stderr),
    /stopped on request in cell 2\nStopped\. The same command continues: /,
  );
  deepEqual([...Deno.readDirSync(join(workspace.path, "results", "local", "quick"))], []);
});

Deno.test("reproduce tells about unknown notebooks and profiles", async () => {
  const message = async (...args: string[]) => {
    const { code, stderr } = await performIn(".", REPRODUCE, runReproduce, args);
    equal(code, 1);
    return stderr;
  };
  match(
    await message("--only", "qickstart"),
    /^--only qickstart: there is no notebook "qickstart"; .*00_quickstart/,
  );
  match(await message("--profile", "fast"), /^--profile: there is no profile "fast"; known: /);
});
