import { ablationRuns, executeAblation } from "../ablation/ablation.ts";
import { recordedTraining } from "../recorded_training.ts";
import { uciFold } from "../uci/uci_data.ts";
import { type Experiment, type Job, jobId, once } from "./job.ts";

/** What the first cell of notebook 03 says; jobs have all rows. */
export const ABLATION_JOBS = { folds: 0, seed: 42 };

/** The block ablation on Boston housing: row x fold. */
export const ablationJobs: Experiment = {
  name: "ablation",
  notebook: "03_ablation",
  jobs({ profile, steps }) {
    const read = once(() => uciFold("boston-housing", profile, 0));
    return ablationRuns({ ...ABLATION_JOBS, profile, rows: ["all"], steps }).map((run): Job => ({
      id: jobId("ablation", run.row.name, `fold${run.fold}`),
      data: run.identity.data.name,
      model: run.row.name,
      identity: run.identity,
      steps: run.recipe.steps,
      program: { kind: "table", recipe: run.recipe, read },
      run: (records) => recordedTraining(records, run.identity, (options) => executeAblation(run, options)),
    }));
  },
};
