import { type RunRecord, spread, type TableView } from "../../results/mod.ts";
import { UCI_MEMORY_MODELS, type UciMemoryModel } from "./uci_memory.ts";

const LABELS: Record<UciMemoryModel, string> = {
  spin: "SPIN, nested",
  "spin-flat": "SPIN",
  npt: "NPT",
  "set-transformer": "Set Transformer",
};

const ofMemory = (records: readonly RunRecord[]) =>
  records.filter(({ experiment }) => experiment === "uci-memory");

const text = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;

/** Geometric mean of positive numbers. */
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(spread(values.map((value) => Math.log(value))).mean);

/** Compiled peak at the published settings by set and model, each also as a share of NPT's. */
export function uciMemoryTable(records: readonly RunRecord[]): TableView {
  const runs = ofMemory(records);
  const sets = [...new Set(runs.map(({ data }) => data.name))];
  const models = UCI_MEMORY_MODELS.filter((model) => runs.some((run) => run.model === model));
  const peak = (model: string, set: string) =>
    runs.find((run) => run.model === model && run.data.name === set)?.metrics["peak"] ?? NaN;
  const share = (model: string, set: string) => peak(model, set) / peak("npt", set);
  const cellOf = (model: string, set: string) => {
    const own = peak(model, set);
    if (Number.isNaN(own)) return { text: "–", best: false };
    const relative = model === "npt" ? "" : ` (${share(model, set).toFixed(2)})`;
    return { text: text(own) + relative, best: own === Math.min(...models.map((other) => peak(other, set))) };
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
          cells: models.map((model) => ({
            text: geometricMean(whole.map((set) => share(model, set))).toFixed(2),
            best: false,
          })),
        }]
        : [],
    ],
    notes: [
      "Compiled, not run: parameters, optimiser state, table and everything in between. In brackets the share of NPT's.",
      'SPIN has the reference\'s predictor, whose (d·e)² weights it shares with NPT; "nested" has weights linear in d.',
    ],
  };
}
