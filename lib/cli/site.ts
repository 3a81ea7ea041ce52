import { join } from "node:path";
import { knownName } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { notebookName } from "../notebook/format.ts";
import { shown } from "../notebook/run.ts";
import { LOCAL } from "../paths.ts";
import { buildSite } from "../site/build.ts";
import { listNotebooks } from "./check_notebooks.ts";
import { flag, runCommand, textOption, texts } from "./main.ts";

await runCommand({
  name: "site",
  summary:
    "Makes a static site of the notebooks and of the records of runs, to read, to search and to host: no server, no network.\n" +
    "Nothing is run. What was there before is replaced when the new site is whole.",
  options: {
    out: textOption("DIR", "where to put it (default results/local/site)"),
    single: flag("one HTML file in place of many"),
    only: texts("NAME", "only this notebook, without the pages beside it; may be repeated"),
  },
  examples: ["site", "site --out public", "site --single", "site --single --only 01_uci"],
}, async ({ values }) => {
  const all = await listNotebooks();
  const names = all.map(notebookName);
  const only = values.only?.map((name) =>
    knownName(notebookName(name), names, `--only ${name}: there is no notebook`)
  );
  if (only && !values.single) {
    throw new UserError("--only: a part of the notebooks makes one file; add --single");
  }
  const page = await buildSite({
    out: values.out ?? join(LOCAL, values.single ? "single" : "site"),
    notebooks: only ? all.filter((path) => only.includes(notebookName(path))) : all,
    single: values.single ?? false,
    parts: !only,
  });
  console.log(shown(page));
  return 0;
});
