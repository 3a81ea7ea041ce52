import type { RunRecord } from "../../results/mod.ts";
import type { TableView } from "../../results/view.ts";
import { modelLabel } from "../gp/gp_scores.ts";
import { likelihoodsOf } from "./large_contexts.ts";

/** Target log likelihood of trained models against their number of context points, with its error over functions. */
export function likelihoodTable(records: readonly RunRecord[]): TableView {
  const curves = records.map((record) => ({ record, points: likelihoodsOf(record) }));
  const contexts = [...new Set(curves.flatMap(({ points }) => points.map(({ context }) => context)))]
    .sort((a, b) => a - b);
  return {
    title: "Target log likelihood by context points",
    head: ["model", ...contexts.map((context) => context.toLocaleString("en"))],
    rows: curves.map(({ record, points }) => ({
      label: `${modelLabel(record.model)}, ${record.steps} steps`,
      cells: contexts.map((context) => {
        const at = points.find((point) => point.context === context);
        return { text: at ? `${at.target.toFixed(3)} ± ${at.error.toFixed(3)}` : "–", best: false };
      }),
    })),
    notes: records.map(({ model, configuration }) =>
      `${modelLabel(model)}: ${configuration["trained"]}; ${configuration["functions"]} functions with ` +
      `${configuration["targets"]} targets each, mean ± standard error over functions.`
    ),
  };
}
