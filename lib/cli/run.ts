import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { REPEAT } from "../experiments/run.ts";
import { notebookName } from "../notebook/format.ts";
import { StoppedError } from "../notebook/execute.ts";
import { defaultOutput, prepareNotebook, shown } from "../notebook/run.ts";
import { setup } from "../setup/mod.ts";
import { type Arguments, flag, runCommand, textOption, texts } from "./main.ts";
import { runWithBar } from "./notebook_bar.ts";
import { userPath } from "./user_path.ts";

export const RUN = {
  name: "run",
  summary:
    "Runs a notebook without a browser. The notebook itself is not touched: the executed copy and an HTML page\n" +
    "go to results/local/NAME/, or where --out says.",
  positional: {
    name: "NOTEBOOK",
    help: "the notebook, for example notebooks/00_quickstart.ipynb",
    least: 1,
    most: 1,
  },
  options: {
    set: texts("NAME=VALUE", "a parameter of the notebook; may be repeated"),
    profile: textOption("NAME", "the same as --set profile=NAME: quick or paper"),
    out: textOption("PATH", "the executed notebook to write; its page is beside it"),
    page: textOption("PATH", "the HTML page to write"),
    all: flag("run also what has its record in results/records"),
    overwrite: flag("allow --out to be the notebook itself, to refresh its outputs"),
  },
  examples: ["run notebooks/01_uci.ipynb --set folds=3", "run notebooks/01_uci.ipynb --profile paper"],
};

export async function runNotebookCommand(
  { values, positionals }: Arguments<typeof RUN.options>,
): Promise<number | void> {
  const source = userPath(positionals[0]!);
  const settings = [...values.set ?? [], ...values.profile ? [`profile=${values.profile}`] : []];
  const output = values.out ? userPath(values.out) : defaultOutput(source);
  if (!output.endsWith(".ipynb")) {
    throw new UserError(`--out ${values.out}: expected a path that ends in .ipynb`);
  }
  // A page beside the source would end up among the notebooks.
  const beside = output === source ? defaultOutput(source) : output;
  const page = values.page ? userPath(values.page) : join(dirname(beside), `${notebookName(beside)}.html`);
  if (values.all) Deno.env.set(REPEAT, "all");
  await prepareNotebook(source, settings);
  await setup();
  const isStopped = (error: unknown) => error instanceof StoppedError;
  try {
    await runWithBar(
      { source, settings, output, page, overwrite: values.overwrite },
      (error) => isStopped(error) ? "stopped; the same command goes on from here" : "failed",
    );
  } catch (error) {
    if (isStopped(error)) return 130;
    throw error;
  }
  console.log(`executed notebook: ${shown(output)}\nHTML page:         ${shown(page)}`);
}

if (import.meta.main) await runCommand(RUN, runNotebookCommand, { grace: 75 });
