import { batchCount, uciFacts } from "../../data/mod.ts";
import type { TableModelConfig } from "../../models/table/mod.ts";
import { cell, geometricMean, NOTHING, type RunRecord, type TableView } from "../../results/mod.ts";
import {
  changed,
  type Changes,
  configurationOf,
  type Experiment,
  recordsOf,
  type Run,
  type Settings,
} from "../experiment.ts";
import type { Profile } from "../profiles.ts";
import { compiledStep } from "../table_run.ts";
import { uciFold, uciRun } from "./data.ts";
import { UCI_SETS, uciRecipe } from "./settings.ts";

/** `spin-flat` has the reference's predictor, with its (d·e)² weights; `spin` the nested one. */
const UCI_MEMORY_MODELS = ["spin", "spin-flat", "npt", "set-transformer"] as const;
type UciMemoryModel = (typeof UCI_MEMORY_MODELS)[number];

interface UciMemorySettings extends Settings {
  datasets: string[];
  models: string[];
}

function settings(profile: Profile, changes?: Changes<UciMemorySettings>): UciMemorySettings {
  const datasets = profile === "quick" ? ["boston-housing"] : Object.keys(UCI_SETS.paper);
  const chosen = changed<UciMemorySettings>({ profile, datasets, models: [...UCI_MEMORY_MODELS] }, changes, {
    models: UCI_MEMORY_MODELS,
  });
  return { ...chosen, datasets: chosen.datasets.map((name) => uciFacts(name).name) };
}

/** Sets, then models: compiled, not run, so that a laptop can tell what a GPU would need. */
async function runs({ datasets, models }: UciMemorySettings): Promise<Run[]> {
  return await Promise.all(
    datasets.map(uciFacts).flatMap(({ name, n }) =>
      (models as UciMemoryModel[]).map((model) => {
        const published = uciRecipe(kindOf(model), name, "paper", 42);
        const recipe = { ...published, model: modelOf(model, published.model) };
        const batch = recipe.batchSize === -1 ? n : Math.floor(n / batchCount(n, recipe.batchSize));
        return uciRun({
          experiment: "uci-memory",
          dataset: name,
          profile: "paper",
          model,
          fold: null,
          seed: recipe.seed,
          configuration: configurationOf(recipe, { rows: n, batch }),
          steps: 0,
          async execute() {
            const { table } = await uciFold(name, "paper", 0);
            return compiledStep(recipe, { columns: table.columns, rows: n, batch });
          },
        });
      })
    ),
  );
}

/** Memory of a training step at the published settings and sizes, of all profiles: compiled, not run. */
export const uciMemory: Experiment<UciMemorySettings> = {
  name: "uci-memory",
  notebook: "01_uci",
  settings,
  runs,
  report: (records) => ({ tables: { memory: memoryTable(records) }, figures: {}, verdict: "" }),
};

const kindOf = (model: UciMemoryModel) => model === "spin-flat" ? "spin" : model;

const modelOf = (model: UciMemoryModel, config: Partial<TableModelConfig>): Partial<TableModelConfig> =>
  model === "spin" ? { ...config, predictor: "nested" } : config;

const LABELS: Record<UciMemoryModel, string> = {
  spin: "SPIN, nested",
  "spin-flat": "SPIN",
  npt: "NPT",
  "set-transformer": "Set Transformer",
};

const text = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;

/** Compiled peak at the published settings by set and model, each also as a share of NPT's. */
function memoryTable(records: readonly RunRecord[]): TableView {
  const runs = recordsOf(records, "uci-memory");
  const sets = [...new Set(runs.map(({ data }) => data.name))];
  const models = UCI_MEMORY_MODELS.filter((model) => runs.some((run) => run.model === model));
  const peak = (model: string, set: string) =>
    runs.find((run) => run.model === model && run.data.name === set)?.metrics["peak"] ?? NaN;
  const share = (model: string, set: string) => peak(model, set) / peak("npt", set);
  const cellOf = (model: string, set: string) => {
    const own = peak(model, set);
    if (Number.isNaN(own)) return cell(NOTHING);
    const relative = model === "npt" ? "" : ` (${share(model, set).toFixed(2)})`;
    return cell(text(own) + relative, own === Math.min(...models.map((other) => peak(other, set))));
  };
  const whole = sets.filter((set) => models.every((model) => !Number.isNaN(share(model, set))));
  return {
    title: "Memory of a training step at the published settings",
    head: ["data set", ...models.map((model) => LABELS[model])],
    rows: [
      ...sets.map((set) => ({ label: set, cells: models.map((model) => cellOf(model, set)) })),
      ...whole.length > 1
        ? [{
          label: "share of NPT's, geometric mean",
          cells: models.map((model) => cell(geometricMean(whole.map((set) => share(model, set))).toFixed(2))),
        }]
        : [],
    ],
    notes: [
      "Compiled, not run: parameters, optimiser state, table and everything in between. In brackets the share of NPT's.",
      'SPIN has the reference\'s predictor, whose (d·e)² weights it shares with NPT; "nested" has weights linear in d.',
    ],
  };
}
