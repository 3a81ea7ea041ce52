/** `task studio`: a panel in a browser tab, without a notebook. */
import { extname } from "node:path";
import { UserError } from "../errors.ts";
import { gp } from "../experiments/gp/run.ts";
import { imputation } from "../experiments/imputation/run.ts";
import { exists } from "../files.ts";
import { type Bench, experimentBench, tableBench } from "../live/bench.ts";
import { type Control, log, range } from "../live/controls.ts";
import { serveSession } from "../live/server.ts";
import { createSession } from "../live/session.ts";
import { stopRequested } from "../progress/stop.ts";
import { loadTable, TABLE_MODELS, type TableModelName } from "../tabular/mod.ts";
import { type Arguments, runCommand, textOption } from "./main.ts";
import { startEngine } from "./start_engine.ts";
import { userPath } from "./user_path.ts";

const STUDIO = {
  name: "studio",
  summary:
    "Serves a page with controls, the live curve and the list of runs, for this machine alone; Ctrl-C ends it.\n" +
    "WHAT is a CSV file, gp (a neural process on Gaussian processes) or window (a window of genotypes).",
  positional: { name: "WHAT", help: "a CSV file, gp or window", least: 1, most: 1 },
  options: {
    target: textOption("NAME", "of a CSV file: the column to predict"),
    model: textOption("NAME", `of a CSV file: ${TABLE_MODELS.join(", ")} (default: ${TABLE_MODELS[0]})`),
  },
  examples: ["studio data/examples/concrete_train.csv --target Concrete_compressive_strength", "studio gp"],
};

const TABLE: Record<string, Control> = {
  h: range(2, 64),
  width: [8, 16, 32, 64],
  depth: [2, 4, 6, 8],
  heads: [1, 2, 4, 8],
  rate: log(1e-4, 1e-1),
  dropout: range(0, 0.5, 0.05),
  labelMask: range(0.05, 1, 0.05),
  steps: [100, 300, 600, 1500, 3000],
};

const PROCESS: Record<string, Control> = {
  h: [8, 16, 32, 64],
  width: [32, 64, 128],
  depth: [2, 4, 6],
  rate: log(1e-4, 5e-3),
  schedule: ["constant", "cosine"],
  steps: [100, 200, 500, 2000],
};

const WINDOW: Record<string, Control> = {
  h: range(2, 32),
  width: [4, 8, 16],
  depth: [2, 4],
  rate: log(1e-4, 1e-1),
  dropout: range(0, 0.5, 0.05),
  steps: [100, 300, 1000],
};

/** What there is beside CSV files. */
const EXPERIMENTS = ["gp", "window"];

/** What is trained, and its controls. @throws UserError for a target that is lacking or not there, and an unknown model */
export async function benchOf(
  what: string,
  { target, model }: Arguments<typeof STUDIO.options>["values"],
): Promise<{ bench: Bench<unknown>; controls: Record<string, Control> }> {
  const isExperiment = EXPERIMENTS.includes(what);
  if (isExperiment && (target !== undefined || model !== undefined)) {
    throw new UserError(`task studio ${what}: --target and --model are options of a CSV file`);
  }
  if (what === "gp") {
    const settings = gp.settings("quick", { models: ["cipnp"], parts: { context: 1, target: 1 } });
    return { bench: await experimentBench(gp, settings) as Bench<unknown>, controls: PROCESS };
  }
  if (what === "window") {
    const settings = imputation.settings("quick", { models: ["spin"], classical: "none" });
    return { bench: await experimentBench(imputation, settings) as Bench<unknown>, controls: WINDOW };
  }
  // A word without an ending, and no file: one of the others may be meant.
  const path = userPath(what);
  if (extname(path) === "" && !await exists(path)) {
    throw new UserError(`task studio: expected a CSV file, ${EXPERIMENTS.join(" or ")}, found "${what}"`);
  }
  if (target === undefined) {
    throw new UserError("task studio: a CSV file needs --target: the column to predict");
  }
  const table = await loadTable(path);
  return {
    bench: tableBench({ table, target, model: model as TableModelName }) as Bench<unknown>,
    controls: TABLE,
  };
}

if (import.meta.main) {
  await runCommand(STUDIO, async ({ values, positionals }) => {
    await startEngine();
    const { bench, controls } = await benchOf(positionals[0]!, values);
    const session = createSession(bench, controls);
    const server = serveSession(session);
    console.log(`Open ${server.url} in a browser; Ctrl-C ends it.`);
    while (!stopRequested()) await new Promise((resolve) => setTimeout(resolve, 200));
    session.stop();
    await server.close();
  }, { grace: 60 });
}
