import { methodDots, type MethodScore, rangeCurves, type RangePoint } from "../../plots/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { manyResults, shareResults, wholeResults } from "./imputation_many_results.ts";

const PARTS = ["seen", "unseen"] as const;

/** Every training with all samples beside the train frequency: a panel for seen, one for unseen windows of each size. */
export function manyFigure(records: readonly RunRecord[]) {
  const sizes = Map.groupBy(wholeResults(manyResults(records)), ({ size }) => size);
  const scores = [...sizes].flatMap(([size, results]) =>
    PARTS.flatMap((part) => {
      const data = `${part} windows, ${size} targets`;
      const score = (model: string, mean: number, standardError: number): MethodScore => ({
        data,
        model,
        metric: "r2",
        mean,
        standardError,
      });
      const [first] = results;
      return [
        ...results.map(({ label, [part]: { r2, error } }) => score(label, r2, error)),
        score("frequency", first![part].frequency, NaN),
      ].filter(({ mean }) => !Number.isNaN(mean));
    })
  );
  return methodDots(scores, { title: "One set of weights for several windows" });
}

/** R² against the share of the train haplotypes, beside that of the train frequency. */
export function manyShareFigure(records: readonly RunRecord[]) {
  const results = shareResults(manyResults(records));
  const points = results.flatMap(({ label, proportion, ...result }) =>
    PARTS.flatMap((part): RangePoint[] => [
      { panel: part, series: label, range: String(proportion), mean: result[part].r2 },
      { panel: part, series: "train frequency", range: String(proportion), mean: result[part].frequency },
    ])
  ).filter(({ mean }) => !Number.isNaN(mean));
  const unique = new Map(points.map((point) => [`${point.panel} ${point.series} ${point.range}`, point]));
  return rangeCurves([...unique.values()], {
    title: "More haplotypes",
    panels: PARTS.filter((part) => points.some(({ panel }) => panel === part))
      .map((part) => ({ name: part, label: `R², ${part} windows` })),
    missing: null,
    xLabel: "share of the train haplotypes",
  });
}
