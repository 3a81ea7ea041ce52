import { batchCount, uciFacts } from "../../data/mod.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { type Json, type RunIdentity, type RunRecord } from "../../results/mod.ts";
import type { TableModelConfig } from "../../models/table/mod.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { LOCAL_RECORDS } from "../profiles.ts";
import { recorded } from "../record.ts";
import { compiledStep } from "../scaling/step_memory.ts";
import { knownData, uciFold } from "./uci_data.ts";
import { uciRecipe } from "./uci_settings.ts";

/** `spin-flat` has the reference's predictor, with its (d·e)² weights; `spin` the nested one. */
export const UCI_MEMORY_MODELS = ["spin", "spin-flat", "npt", "set-transformer"] as const;
export type UciMemoryModel = (typeof UCI_MEMORY_MODELS)[number];

export interface UciMemoryConfig {
  datasets: string[];
  models?: readonly UciMemoryModel[];
  records?: string;
}

/** What is compiled, and what its record is known by. */
interface MemoryRun {
  identity: RunIdentity;
  recipe: Recipe;
  dataset: string;
  rows: number;
  batch: number;
}

/** The runs of a configuration: sets, then models. @throws UserError for an unknown set */
export function uciMemoryRuns({ datasets, models = UCI_MEMORY_MODELS }: UciMemoryConfig): MemoryRun[] {
  return datasets.map(uciFacts).flatMap(({ name, n, sha256 }) =>
    models.map((model) => {
      const published = uciRecipe(kindOf(model), name, "paper", 42);
      const recipe = { ...published, model: modelOf(model, published.model) };
      const batch = recipe.batchSize === -1 ? n : Math.floor(n / batchCount(n, recipe.batchSize));
      const { seed, ...configuration } = recipe;
      return {
        recipe,
        dataset: name,
        rows: n,
        batch,
        identity: {
          experiment: "uci-memory",
          profile: "paper",
          model,
          data: { name, sha256 },
          fold: null,
          seed,
          configuration: { ...configuration, rows: n, batch } as unknown as Record<string, Json>,
        },
      };
    })
  );
}

/**
 * Memory of a training step at the published settings and sizes: compiled, not run, so that a laptop can tell what a GPU
 * would need. What has a record is read.
 */
export async function runUciMemory(config: UciMemoryConfig): Promise<RunRecord[]> {
  const runs = uciMemoryRuns(config);
  const bar = progress(runs.length, { label: "published training steps" });
  const records: RunRecord[] = [];
  for (const run of runs) {
    if (stopRequested()) break;
    records.push(await uciMemory(run, config.records ?? LOCAL_RECORDS));
    bar.update(records.length, `${run.dataset} ${run.identity.model}`);
  }
  await bar.done();
  return records;
}

/** The record of one of them: read, or made. */
export async function uciMemory(run: MemoryRun, folder: string): Promise<RunRecord> {
  const { recipe, dataset, rows, batch } = run;
  const record = await recorded(folder, await knownData(run.identity), async () => {
    const { table } = await uciFold(dataset, "paper", 0);
    return compiledStep(recipe, { columns: table.columns, rows, batch });
  });
  return record!;
}

const kindOf = (model: UciMemoryModel) => model === "spin-flat" ? "spin" : model;

const modelOf = (model: UciMemoryModel, config: Partial<TableModelConfig>): Partial<TableModelConfig> =>
  model === "spin" ? { ...config, predictor: "nested" } : config;
