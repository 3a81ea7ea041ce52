import { findBeagle } from "../../baselines/mod.ts";
import { windowTable } from "../../data/genotypes/window_table.ts";
import { b1Windows } from "../../data/genotypes/windows_set.ts";
import { UserError } from "../../errors.ts";
import { cohortIdentity, runCohort } from "../imputation/cohort.ts";
import { haplotypeIdentity, runHaplotypes } from "../imputation/haplotypes.ts";
import { HAPLOTYPE_MODELS, haplotypeSettings } from "../imputation/haplotypes_settings.ts";
import { executeImputation, imputationRuns } from "../imputation/imputation.ts";
import { beagleIdentity, runBeagleWindows } from "../imputation/imputation_beagle.ts";
import { IMPUTATION_MODELS, type ImputationModel } from "../imputation/imputation_settings.ts";
import type { Profile } from "../profiles.ts";
import { recordedTraining } from "../recorded_training.ts";
import { type Experiment, type Job, jobId } from "./job.ts";

/** What the first cell of notebook 07 says. */
export const IMPUTATION_QUICK = {
  windows: [0],
  models: ["spin"] as ImputationModel[],
  own: [...HAPLOTYPE_MODELS],
  seeds: [0],
  region: "20:2500000-2600000",
};

/** All windows and models, with the published seeds; all of the reference panel. */
const IMPUTATION_PAPER = {
  windows: [0, 1, 2, 3, 4],
  models: [...IMPUTATION_MODELS],
  own: [...HAPLOTYPE_MODELS],
  seeds: [42, 52, 62],
  region: undefined,
};

const chosen = (profile: Profile) => profile === "paper" ? IMPUTATION_PAPER : IMPUTATION_QUICK;

/** The reference's models on windows of genotypes: window x model x seed. */
export const imputationJobs: Experiment = {
  name: "imputation",
  notebook: "07_genotype_imputation",
  async jobs({ profile, steps }) {
    const { windows, models, seeds } = chosen(profile);
    return (await imputationRuns({ profile, windows, models, seeds, steps })).map((run): Job => {
      const { identity, recipe, window } = run;
      return {
        id: jobId("imputation", window.name, identity.model, `seed${recipe.seed}`),
        data: "windows of 100",
        model: identity.model,
        identity,
        steps: recipe.steps,
        program: {
          kind: "table",
          recipe,
          read: () => Promise.resolve({ table: windowTable(window), fold: window.fold }),
        },
        run: (records) => recordedTraining(records, identity, (options) => executeImputation(run, options)),
      };
    });
  },
};

/** The workspace's own models on the same windows: window x model x seed. */
export const haplotypeJobs: Experiment = {
  name: "haplotypes",
  notebook: "07_genotype_imputation",
  async jobs({ profile, steps }) {
    const { windows: numbers, own, seeds } = chosen(profile);
    const windows = await b1Windows(numbers);
    const settings = haplotypeSettings(profile, steps);
    return windows.flatMap((window, i) =>
      own.flatMap((model) =>
        // Copying is the same whatever the seed.
        (model === "copying" ? [0] : seeds).map((seed): Job => ({
          id: jobId("haplotypes", window.name, model, `seed${seed}`),
          data: "windows of 100",
          model,
          identity: haplotypeIdentity(window, model, settings, profile, seed),
          steps: model === "copying" ? 0 : settings.spin.steps,
          run: async (records) =>
            (await runHaplotypes({
              profile,
              windows: [numbers[i]!],
              models: [model],
              seeds: [seed],
              steps,
              records,
            }))[0],
        }))
      )
    );
  },
};

/** Beagle on the same windows. */
export const beagleJobs: Experiment = {
  name: "beagle",
  notebook: "07_genotype_imputation",
  async jobs({ profile }) {
    const { windows: numbers } = chosen(profile);
    const beagle = await findBeagle();
    return (await b1Windows(numbers)).map((window, i): Job => ({
      id: jobId("beagle", window.name),
      data: "windows of 100",
      model: "beagle",
      identity: beagle.found ? beagleIdentity(window, beagle.version, "quick") : undefined,
      steps: 0,
      needs: beagle.found ? undefined : "Beagle (task job says how to get it)",
      run: async (records) => {
        const { records: [record], absent } = await runBeagleWindows({ windows: [numbers[i]!], records });
        if (absent) throw new UserError(absent);
        return record;
      },
    }));
  },
};

/** People imputed from file to file. */
export const cohortJobs: Experiment = {
  name: "cohort",
  notebook: "07_genotype_imputation",
  async jobs({ profile, steps }) {
    const { region } = chosen(profile);
    const config = { region, phasing: region ? "own" as const : "auto" as const, seed: 0, steps };
    return [{
      id: jobId("cohort", region ?? "all"),
      data: region ?? "all",
      model: "impute",
      identity: await cohortIdentity(config),
      steps: 0,
      run: (records) => runCohort({ ...config, records }),
    }];
  },
};
