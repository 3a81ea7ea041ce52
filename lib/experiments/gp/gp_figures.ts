import { paperGp } from "../../data/paper.ts";
import { learningCurves, rangeCurves } from "../../plots/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { spread } from "../../results/summary.ts";
import { ceilingOf, curveAt, longest, rangeName, rangeOf, stepsOf, unique } from "./gp_scores.ts";

/** Learning curves of all seeds, the official code's points beside them. */
export const gpCurveFigure = (records: readonly RunRecord[]) =>
  learningCurves(
    [
      ...records.flatMap((record) =>
        stepsOf(record).map((step) => ({
          series: record.model,
          seed: record.seed,
          step,
          value: curveAt(record, step, "target")!,
          source: "ours" as const,
        }))
      ),
      ...paperGp.curves.filter(({ model }) => records.some((record) => record.model === model))
        .map(({ model, step, target }) => ({
          series: model,
          seed: 0,
          step,
          value: target,
          source: "authors" as const,
        })),
    ],
    {
      title: "Training on RBF functions",
      subtitle: "context [64,128], 24 batches of 16 functions",
      others: "official PyTorch code, a single run",
      yLabel: "target log likelihood",
      log: true,
      rules: [{ y: ceilingOf("rbf", 64)!.floored, label: "ceiling" }],
    },
  );

/** Log likelihood by context range: the authors', and ours where they were run. */
export function gpRangeFigure(records: readonly RunRecord[], least: readonly number[]) {
  const authors = paperGp.figures.filter(({ mean }) => mean !== null).map((one) => ({
    panel: one.metric,
    series: one.model,
    range: rangeName(one.context),
    mean: one.mean!,
    deviation: one.deviation ?? 0,
    source: "authors" as const,
  }));
  const ours = unique(records.map(({ model }) => model)).flatMap((model) =>
    least.flatMap((a) => {
      const runs = longest(records.filter((record) => record.model === model && rangeOf(record)[0] === a));
      if (runs.length === 0) return [];
      const { mean, deviation } = spread(runs.map(({ metrics }) => metrics["target"] ?? NaN));
      return [{
        panel: "target",
        series: model,
        range: rangeName([a, 2 * a]),
        mean,
        // A single seed has none.
        deviation: Number.isFinite(deviation) ? deviation : 0,
        source: "ours" as const,
      }];
    })
  );
  return rangeCurves([...authors, ...ours], {
    title: "Log likelihood and time of a step by context range",
    subtitle: "hollow: authors, 100,000 steps on an RTX 3090; filled: ours, with the steps of the table",
    panels: [
      { name: "target", label: "target log likelihood" },
      { name: "stepMilliseconds", label: "a training step, ms (authors)" },
    ],
    ranges: least.map((a) => rangeName([a, 2 * a])),
    missing: null,
  });
}
