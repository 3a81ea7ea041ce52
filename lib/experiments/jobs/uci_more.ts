import { baselineInstalled } from "../../baselines/mod.ts";
import { uciPresent } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import { taskCommand } from "../../setup/paths.ts";
import { classicalRecords } from "../uci/classical_runs.ts";
import { UCI_CLASSICAL, uciClassicalRuns } from "../uci/uci_classical.ts";
import { knownData, UCI_SETS, uciIdentity } from "../uci/uci_data.ts";
import { uciMemory, uciMemoryRuns } from "../uci/uci_memory.ts";
import { type Experiment, type Job, jobId } from "./job.ts";
import { UCI_JOBS, uciNeeds } from "./uci.ts";

/** Classical models on UCI sets: set x fold x model. */
export const uciClassicalJobs: Experiment = {
  name: "uci-classical",
  notebook: "01_uci",
  async jobs({ profile }) {
    const install = await baselineInstalled() ? undefined : taskCommand("setup --baselines");
    const sets = Object.keys(UCI_SETS[profile]);
    const jobs = sets.map(async (dataset) => {
      const needs = await uciNeeds(dataset) ?? install;
      const { seed } = UCI_JOBS;
      const runs = uciClassicalRuns({
        profile,
        datasets: [dataset],
        models: [...UCI_CLASSICAL],
        folds: 0,
        seed,
      });
      return Promise.all(runs.map(async ({ identity, execute }): Promise<Job> => ({
        id: jobId("uci-classical", dataset, identity.model, `fold${identity.fold!.index}`),
        data: dataset,
        model: identity.model,
        identity: await uciIdentity(identity),
        steps: 0,
        needs,
        run: async (folder) => {
          const run = { identity: await knownData(identity), execute };
          const { records: [record], absent } = await classicalRecords([run], { label: dataset, folder });
          if (absent) throw new UserError(absent);
          return record;
        },
      })));
    });
    return (await Promise.all(jobs)).flat();
  },
};

/** Compiled memory at the published settings: set x model; in the quick profile of the one set that the notebook compiles. */
export const uciMemoryJobs: Experiment = {
  name: "uci-memory",
  notebook: "01_uci",
  async jobs({ profile }) {
    const datasets = profile === "quick" ? ["boston-housing"] : Object.keys(UCI_SETS.paper);
    const present = await Promise.all(datasets.map((name) => uciPresent(name)));
    const runs = uciMemoryRuns({ datasets: datasets.filter((_, i) => present[i]) });
    return Promise.all(runs.map(async (run): Promise<Job> => ({
      id: jobId("uci-memory", run.dataset, run.identity.model),
      data: run.dataset,
      model: run.identity.model,
      identity: await uciIdentity(run.identity),
      steps: 0,
      run: (records) => uciMemory(run, records),
    })));
  },
};
