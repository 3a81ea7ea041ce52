import { join } from "node:path";
import { knownName } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { reproduced, sourceLine } from "../experiments/compare.ts";
import { FORMATS, resultsTable, writeOutputs } from "../experiments/outputs.ts";
import { shown } from "../notebook/run.ts";
import { LOCAL, ROOT } from "../paths.ts";
import { RECORDS, recordsFolder } from "./job_options.ts";
import { flag, runCommand, textOption } from "./main.ts";

await runCommand({
  name: "results",
  summary:
    "Makes the tables and figures from the records of runs, those of this machine in place of those that came with\n" +
    "the workspace, and prints the results table.",
  options: {
    profile: textOption("NAME", "quick (the default) or paper"),
    kept: flag("from the records that came with the workspace alone, into results/"),
    records: RECORDS,
    format: textOption("LIST", `with commas: ${FORMATS.join(", ")} (default md,svg); tex is for booktabs`),
  },
  examples: ["results", "results --kept", "results --format csv,tex,png"],
}, async ({ values }) => {
  const profile = values.profile ?? "quick";
  const folder = values.kept ? join(ROOT, "results", profile) : join(LOCAL, profile);
  const formats = (values.format ?? "md,svg").split(",").map((word) => word.trim());
  for (const format of formats) knownName(format, FORMATS, "--format: there is no format");
  const { kept, records } = await reproduced(undefined, recordsFolder(values.records));
  const written = values.kept
    ? await writeOutputs(kept, profile, folder, undefined, formats)
    : await writeOutputs(records, profile, folder, (own) => sourceLine(own, kept), formats);
  if (written.length === 0) throw new UserError(`no run of the profile "${profile}" has a record`);
  console.log(`${resultsTable(values.kept ? kept : records, profile) ?? "No UCI run has a record."}\n`);
  for (const name of written) console.log(shown(join(folder, name)));
  return 0;
});
