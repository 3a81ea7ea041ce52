import { uciPresent } from "../../data/mod.ts";
import { recordedTraining } from "../recorded_training.ts";
import { executeUci, uciRuns } from "../uci/uci.ts";
import { knownData, UCI_SETS, uciFold, uciIdentity } from "../uci/uci_data.ts";
import type { UciModel } from "../uci/uci_settings.ts";
import { type Experiment, type Job, jobId, type JobOptions, once } from "./job.ts";

/** What the first cell of notebook 01 says; sets and folds are the profile's. */
export const UCI_JOBS = { models: ["spin", "npt", "set-transformer"] as UciModel[], seed: 42 };

/** Cross-validation on UCI sets: set x fold x model. */
export const uciJobs: Experiment = {
  name: "uci",
  notebook: "01_uci",
  jobs: async (options) =>
    (await Promise.all(Object.keys(UCI_SETS[options.profile]).map((name) => jobsOf(name, options)))).flat(),
};

/** What is wanting of a set; undefined if it is there. */
export const uciNeeds = async (dataset: string): Promise<string | undefined> =>
  await uciPresent(dataset) ? undefined : "files in data/cache/uci, which data/uci/README.md tells";

async function jobsOf(dataset: string, { profile, steps }: JobOptions): Promise<Job[]> {
  const needs = await uciNeeds(dataset);
  // A plan needs a table once, whichever its fold.
  const read = once(() => uciFold(dataset, profile, 0));
  const runs = uciRuns({ ...UCI_JOBS, profile, datasets: [dataset], folds: 0, steps });
  return Promise.all(runs.map(async (run): Promise<Job> => ({
    id: jobId("uci", run.dataset, run.model, `fold${run.fold}`),
    data: run.dataset,
    model: run.model,
    identity: await uciIdentity(run.identity),
    steps: run.recipe.steps,
    needs,
    program: { kind: "table", recipe: run.recipe, read },
    run: async (records) =>
      await recordedTraining(records, await knownData(run.identity), (options) => executeUci(run, options)),
  })));
}
