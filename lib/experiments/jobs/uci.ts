import { uciPresent } from "../../data/mod.ts";
import { executeUci, uciRuns } from "../uci.ts";
import { UCI_SETS, uciFold } from "../uci_data.ts";
import type { UciModel } from "../uci_settings.ts";
import { type Experiment, type Job, jobId, type JobOptions, once, recordedTraining } from "./job.ts";

/** What the first cell of notebook 01 says; sets and folds are the profile's. */
export const UCI_JOBS = { models: ["spin", "npt", "set-transformer"] as UciModel[], seed: 42 };

/** Cross-validation on UCI sets: set x fold x model. */
export const uciJobs: Experiment = {
  name: "uci",
  notebook: "01_uci",
  jobs: async (options) =>
    (await Promise.all(Object.keys(UCI_SETS[options.profile]).map((name) => jobsOf(name, options)))).flat(),
};

async function jobsOf(dataset: string, { profile, steps }: JobOptions): Promise<Job[]> {
  const needs = await uciPresent(dataset)
    ? undefined
    : "files in data/cache/uci, which data/uci/README.md tells";
  // A plan needs a table once, whichever its fold.
  const read = once(() => uciFold(dataset, profile, 0));
  return uciRuns({ ...UCI_JOBS, profile, datasets: [dataset], folds: 0, steps }).map((run) => ({
    id: jobId("uci", run.dataset, run.model, `fold${run.fold}`),
    data: run.dataset,
    model: run.model,
    identity: run.identity,
    steps: run.recipe.steps,
    needs,
    program: { kind: "table", recipe: run.recipe, read },
    run: (records) => recordedTraining(records, run.identity, (options) => executeUci(run, options)),
  }));
}
