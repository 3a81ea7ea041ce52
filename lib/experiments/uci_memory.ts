import { batchCount, uciFacts } from "../data/mod.ts";
import { progress, stopRequested } from "../progress/mod.ts";
import { findRecord, type Json, type RunIdentity, type RunRecord } from "../results/mod.ts";
import type { TableModelConfig } from "../spin/mod.ts";
import { KEPT_RECORDS, LOCAL_RECORDS } from "./profiles.ts";
import { recorded } from "./record.ts";
import { compiledStep } from "./step_memory.ts";
import { uciFold } from "./uci_data.ts";
import { uciRecipe } from "./uci_settings.ts";

/** `spin-flat` has the reference's predictor, with its (d·e)² weights; `spin` the nested one. */
export const UCI_MEMORY_MODELS = ["spin", "spin-flat", "npt", "set-transformer"] as const;
export type UciMemoryModel = (typeof UCI_MEMORY_MODELS)[number];

export interface UciMemoryConfig {
  datasets: string[];
  models?: readonly UciMemoryModel[];
  records?: string;
}

/**
 * Memory of a training step at the published settings and sizes: compiled, not run, so that a laptop can tell what a GPU
 * would need. What has a record, here or among those that came with the workspace, is read.
 */
export async function runUciMemory(config: UciMemoryConfig): Promise<RunRecord[]> {
  const { datasets, models = UCI_MEMORY_MODELS, records: folder = LOCAL_RECORDS } = config;
  const runs = datasets.map(uciFacts).flatMap((facts) => models.map((model) => ({ facts, model })));
  const bar = progress(runs.length, { label: "compiling published training steps" });
  const records: RunRecord[] = [];
  for (const { facts: { name, n, sha256 }, model } of runs) {
    if (stopRequested()) break;
    const { seed, model: reference, ...rest } = uciRecipe(kindOf(model), name, "paper", 42);
    const recipe = { ...rest, seed, model: modelOf(model, reference) };
    const batch = recipe.batchSize === -1 ? n : Math.floor(n / batchCount(n, recipe.batchSize));
    const identity: RunIdentity = {
      experiment: "uci-memory",
      profile: "paper",
      model,
      data: { name, sha256 },
      fold: null,
      seed,
      configuration: { ...rest, model: recipe.model, rows: n, batch } as unknown as Record<string, Json>,
    };
    const known = await findRecord(KEPT_RECORDS, identity);
    const record = known ?? await recorded(folder, identity, async () => {
      const { table } = await uciFold(name, "paper", 0);
      return compiledStep(recipe, { columns: table.columns, rows: n, batch });
    });
    records.push(record!);
    bar.update(records.length, `${name} ${model}`);
  }
  await bar.done();
  return records;
}

const kindOf = (model: UciMemoryModel) => model === "spin-flat" ? "spin" : model;

const modelOf = (model: UciMemoryModel, config: Partial<TableModelConfig>): Partial<TableModelConfig> =>
  model === "spin" ? { ...config, predictor: "nested" } : config;
