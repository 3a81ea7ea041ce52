import { windowTable } from "../../data/genotypes/window_table.ts";
import { findRecord } from "../../results/mod.ts";
import { executeMany, imputationManyRuns, type ManyRun } from "../imputation_many/imputation_many.ts";
import {
  MANY_BLOCKS,
  MANY_MODELS,
  type ManyBlock,
  type ManyModel,
} from "../imputation_many/imputation_many_settings.ts";
import {
  MEMORY_MODELS,
  memoryIdentity,
  type MemoryModel,
  runImputationMemory,
} from "../imputation_many/imputation_memory.ts";
import { recorded } from "../record.ts";
import { type Experiment, type Job, jobId } from "./job.ts";

/** What the first cell of notebook 08 says. */
export const MANY_QUICK = {
  blocks: ["windows", "masking"] as ManyBlock[],
  models: ["spin"] as ManyModel[],
  sizes: [100],
  proportions: [0.05, 0.15, 0.3, 1],
  seeds: [0],
  seen: 4,
  unseen: 2,
};

/** All published runs. */
const MANY_PAPER = { blocks: [...MANY_BLOCKS], models: [...MANY_MODELS], seeds: [42] };

/** One model for many windows: experiment x size or share or masks x model x seed. */
export const manyJobs: Experiment = {
  name: "imputation-many",
  notebook: "08_genotype_meta_learning",
  async jobs({ profile, steps }) {
    const chosen = profile === "paper" ? MANY_PAPER : MANY_QUICK;
    return (await imputationManyRuns({ profile, ...chosen, steps })).map((run): Job => {
      const { identity, setting: { recipe, size, proportion }, windows } = run;
      return {
        id: jobId("imputation-many", what(run), identity.model, `seed${recipe.seed}`),
        data: `${size} targets, ${proportion} of the samples`,
        model: identity.model,
        identity,
        steps: recipe.steps,
        program: {
          kind: "table",
          recipe,
          read: () => Promise.resolve({ table: windowTable(windows.seen[0]!), fold: windows.seen[0]!.fold }),
        },
        run: (records) =>
          recorded(records, identity, () => executeMany(run, { label: `${what(run)}, ${identity.model}` })),
      };
    });
  },
};

/** Says what a run differs in: "windows-200", "masking-cells", "haplotypes-0.05". */
function what({ setting: { block, size, proportion, recipe } }: ManyRun): string {
  const detail =
    { windows: size, masking: recipe.chunkMask ? "rows" : "cells", haplotypes: proportion }[block];
  return `${block}-${detail}`;
}

/** What the last cells of notebook 08 say; the same in all profiles. */
const MEMORY = [
  { rows: 600, models: [...MEMORY_MODELS], sizes: [100, 200, 300], embedding: 32 },
  { rows: 600, models: ["spin", "npt"] as MemoryModel[], sizes: [300], embedding: 16 },
];

/** Compiled memory of a training step on a window: width x size x model. */
export const imputationMemoryJobs: Experiment = {
  name: "imputation-memory",
  notebook: "08_genotype_meta_learning",
  jobs: () =>
    MEMORY.flatMap(({ rows, models, sizes, embedding }) =>
      sizes.flatMap((size) =>
        models.map((model): Job => {
          const identity = memoryIdentity(model, size, rows, embedding);
          return {
            id: jobId("imputation-memory", `e${embedding}`, size, model),
            data: `${size} targets, e ${embedding}`,
            model,
            identity,
            steps: 0,
            run: async (records) => {
              await runImputationMemory({ models: [model], sizes: [size], rows, embedding, records });
              return await findRecord(records, identity);
            },
          };
        })
      )
    ),
};
