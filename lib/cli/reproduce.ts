import { join } from "node:path";
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { writeOutputs } from "../experiments/outputs.ts";
import { LOCAL_RECORDS } from "../experiments/profiles.ts";
import { resultsTable } from "../experiments/results_table.ts";
import { notebookName } from "../notebook/format.ts";
import { shown } from "../notebook/run.ts";
import { formatDuration } from "../progress/format.ts";
import { setup } from "../setup/mod.ts";
import { ROOT, taskCommand } from "../setup/paths.ts";
import { listNotebooks } from "./check_notebooks.ts";
import { workspaceHash } from "./inputs.ts";
import { describe, runCommand } from "./main.ts";
import { type NotebookResult, resultLine, writeReport } from "./report.ts";
import { reproduceNotebook } from "./reproduce_notebook.ts";

const PROFILES = ["quick", "paper"];

/** The notebooks asked for by name, or all of them. */
function choose(notebooks: string[], only: string[] | undefined): string[] {
  if (!only) return notebooks;
  const names = notebooks.map(notebookName);
  return only.map((asked) => {
    const index = names.indexOf(notebookName(asked));
    if (index < 0) throw new UserError(`--only ${asked}: there is no notebook ${unknown(asked, names)}`);
    return notebooks[index]!;
  });
}

function report(result: NotebookResult): void {
  if (result.state === "kept") console.log(`${result.name}: ${resultLine(result)}`);
  if (result.message) console.error(result.message);
}

await runCommand({
  name: "reproduce",
  summary:
    "Sets everything up, runs every notebook without a browser, prints the results table and writes a report\n" +
    "that holds all of it. Notebooks that have finished before with the same code, data and profile are not run again.",
  options: {
    profile: {
      type: "string",
      value: "NAME",
      help: "quick (minutes on two cores; the default) or paper (as published)",
    },
    only: { type: "string", multiple: true, value: "NAME", help: "only this notebook; may be repeated" },
    fresh: { type: "boolean", help: "run also what has finished before" },
  },
  examples: ["reproduce", "reproduce --only 01_uci --fresh"],
}, async ({ values }) => {
  const start = performance.now();
  const profile = values.profile ?? "quick";
  if (!PROFILES.includes(profile)) {
    throw new UserError(`--profile: there is no profile ${unknown(profile, PROFILES)}`);
  }
  const notebooks = choose(await listNotebooks(), values.only);
  await setup();
  const folder = join(ROOT, "results", "local", profile);
  if (values.fresh) await Deno.remove(LOCAL_RECORDS, { recursive: true }).catch(() => {});
  const workspace = await workspaceHash();
  const results: NotebookResult[] = [];
  for (const source of notebooks) {
    const result = await reproduceNotebook(source, {
      profile,
      folder,
      workspace,
      fresh: values.fresh ?? false,
    });
    results.push(result);
    report(result);
    if (result.state === "stopped") {
      console.error(`Stopped. The same command continues: ${taskCommand("reproduce")}`);
      return 130;
    }
  }
  const failed = results.filter(({ state }) => state === "failed");
  let table = "";
  let tableFailed = false;
  try {
    await writeOutputs(LOCAL_RECORDS, profile, folder);
    table = await resultsTable(profile);
  } catch (error) {
    tableFailed = true;
    console.error(`the results table could not be made: ${describe(error)}`);
  }
  const seconds = (performance.now() - start) / 1000;
  const page = join(folder, "index.html");
  await Deno.mkdir(folder, { recursive: true });
  await writeReport(page, { profile, table, results, seconds });
  console.log(`\n${table && `${table}\n\n`}report: ${shown(page)} (${formatDuration(seconds)} in all)`);
  if (failed.length > 0) console.error(`failed: ${failed.map(({ name }) => name).join(", ")}`);
  return failed.length > 0 || tableFailed ? 1 : 0;
}, { grace: 15 });
