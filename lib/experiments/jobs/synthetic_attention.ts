import type { Profile } from "../profiles.ts";
import { recorded } from "../record.ts";
import {
  executeSyntheticAttention,
  type SyntheticAttentionRun,
  syntheticAttentionRuns,
} from "../attention/synthetic_attention.ts";
import { runTableAttention, tableAttentionRun } from "../attention/synthetic_attention_boston.ts";
import { ATTENTION_VARIANTS, SMALL_ATTENTION } from "../attention/synthetic_attention_settings.ts";
import { type Experiment, type Job, jobId } from "./job.ts";

/** What the first cell of notebook 09 says. */
export const ATTENTION_JOBS = { seeds: [42], h: 2, variants: [...ATTENTION_VARIANTS], smallSeeds: [0] };

const jobOf = ({ identity, setting }: SyntheticAttentionRun): Job => ({
  id: jobId("synthetic-attention", identity.data.name, identity.model, `seed${identity.seed}`),
  data: identity.data.name,
  model: identity.model,
  identity,
  steps: setting.recipe.steps,
  run: (records) =>
    recorded(
      records,
      identity,
      () => executeSyntheticAttention(setting, `${identity.model}, seed ${identity.seed}`),
    ),
});

/** What latents read of two clusters: the published table, and variants on a small one, which is the same in all profiles. */
export const syntheticAttentionJobs: Experiment = {
  name: "synthetic-attention",
  notebook: "09_synthetic_attention",
  jobs({ profile, steps }) {
    const { seeds, h, variants, smallSeeds } = ATTENTION_JOBS;
    const own = steps === undefined ? {} : { steps };
    return [
      ...syntheticAttentionRuns({ profile, variants: ["published"], seeds, h, steps }),
      ...syntheticAttentionRuns({
        ...SMALL_ATTENTION,
        profile: "quick",
        variants,
        seeds: smallSeeds,
        ...own,
      }),
    ].map(jobOf);
  },
};

/** What the latents of a trained SPIN read of Boston housing. */
export const tableAttentionJobs: Experiment = {
  name: "table-attention",
  notebook: "09_synthetic_attention",
  jobs({ profile, steps }: { profile: Profile; steps?: number }) {
    const config = { profile, seed: 42, steps };
    const { identity, recipe } = tableAttentionRun(config);
    return [{
      id: jobId("table-attention", identity.data.name, `seed${identity.seed}`),
      data: identity.data.name,
      model: identity.model,
      identity,
      steps: recipe.steps,
      run: (records) => runTableAttention({ ...config, records }),
    }];
  },
};
