import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { type NotebookResult, writeReport } from "./reproduce_notebook.ts";

const result = (part: Partial<NotebookResult>): NotebookResult => ({
  name: "01_uci",
  title: "Real tables",
  state: "run",
  seconds: 65,
  ...part,
});

Deno.test("the report holds the table and every notebook, and why one failed", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "index.html");
  const results = [result({}), result({ name: "02_x", title: "X", state: "failed", message: "a < b" })];
  await writeReport(path, {
    profile: "quick",
    table: "set  SPIN\nboston  2.9 & less",
    line: "1 of 3 runs repeated here: 1 different",
    repeated: "<table></table>",
    wrong: ["rmse is 3 > 2"],
    results,
    seconds: 125,
  });
  const page = await Deno.readTextFile(path);
  match(page, /<pre class="table">set {2}SPIN\nboston {2}2\.9 &amp; less<\/pre>/);
  match(page, /1 different; what was not repeated is from results\/records/);
  match(page, /<details><summary>Runs that were repeated<\/summary>\n<table>/);
  match(page, /rmse is 3 &gt; 2/);
  match(page, /2 notebooks in 2 min 05 s/);
  match(page, /<summary>Real tables .*1 min 05 s/);
  match(page, /<iframe src="01_uci\.html"/);
  match(page, /<pre class="error">a &lt; b<\/pre>/);
  equal(page.includes("02_x.html"), false);
  await Deno.remove(folder, { recursive: true });
});
