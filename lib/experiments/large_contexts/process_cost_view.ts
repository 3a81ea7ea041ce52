import { budgetCurves, type BudgetPoint, type Ended, type Figure } from "../../plots/mod.ts";
import { formatSeconds, type TableView } from "../../results/mod.ts";
import type { ContextLikelihood } from "./large_contexts.ts";
import type { Budget, ProcessCost } from "./process_cost.ts";
import type { CostModel } from "./process_cost_step.ts";

/** Costs of this run, and those of kept records where this run has none. */
export interface MergedCosts {
  costs: ProcessCost[];
  /** Context sizes of points that are from kept records, of some model. */
  kept: number[];
}

/**
 * Fills what a run did not measure from kept records, of the same models. A model ends where the larger budget ended it.
 */
export function withKept(live: readonly ProcessCost[], kept: readonly ProcessCost[]): MergedCosts {
  const models = [...new Set([...live, ...kept].map(({ model }) => model))];
  const same = (a: ProcessCost) => (b: ProcessCost) => a.model === b.model && a.context === b.context;
  const isMeasured = ({ beyond }: ProcessCost) => beyond === null;
  const added = kept.filter((cost) => !live.some((own) => same(cost)(own) && isMeasured(own)));
  const costs = models.flatMap((model) => {
    const own = [...live.filter((cost) => !added.some(same(cost))), ...added]
      .filter((cost) => cost.model === model).sort((a, b) => a.context - b.context);
    const last = own.findLastIndex(isMeasured);
    return own.filter((cost, i) => isMeasured(cost) || i === last + 1);
  });
  const shown = added.filter((cost) => costs.includes(cost));
  return { costs, kept: [...new Set(shown.map(({ context }) => context))].sort((a, b) => a - b) };
}

const PANELS = { time: "time", memory: "memory", likelihood: "likelihood" } as const;

/** What the figure shows beside the costs. */
export interface CostFigure {
  title: string;
  subtitle?: string;
  budget: Budget;
  /** Curves of log likelihoods, in a third panel. */
  likelihood?: {
    curves: readonly { model: string; points: readonly ContextLikelihood[] }[];
    ceiling?: number;
  };
}

/** Time and memory of a training step against the context, and how well models predict: panels above each other. */
export function costFigure(
  costs: readonly ProcessCost[],
  { title, subtitle, budget, likelihood }: CostFigure,
): Figure {
  const points: BudgetPoint[] = costs.flatMap(({ model, context, seconds, peak, beyond }) => {
    const at = { series: model, x: context };
    return [
      ...(seconds === null ? [] : [{ ...at, panel: PANELS.time, y: seconds }]),
      ...(peak === null || beyond === "memory" ? [] : [{ ...at, panel: PANELS.memory, y: peak }]),
    ];
  });
  const curves = (likelihood?.curves ?? []).flatMap(({ model, points }) =>
    points.map(({ context, target }): BudgetPoint => ({
      panel: PANELS.likelihood,
      series: model,
      x: context,
      y: target,
    }))
  );
  const ended: Ended[] = costs.filter(({ beyond }) => beyond !== null)
    .map(({ model, context, beyond }) => ({ series: model, x: context, reason: `out of ${beyond}` }));
  const memory = { y: budget.bytes, label: `budget: ${formatBytes(budget.bytes)}` };
  const ceiling = likelihood?.ceiling === undefined
    ? []
    : [{ y: likelihood.ceiling, label: "most that a deviation of at least 0.1 allows" }];
  return budgetCurves([...points, ...curves], {
    title,
    subtitle,
    ended,
    panels: [
      { name: PANELS.time, label: "time of a step", unit: "seconds", log: true },
      { name: PANELS.memory, label: "memory of a step", unit: "bytes", log: true, rules: [memory] },
      ...(likelihood
        ? [{ name: PANELS.likelihood, label: "target log likelihood", rules: ceiling, height: 170 }]
        : []),
    ],
  });
}

/** "12.3 MiB", "1.50 GiB". */
export function formatBytes(bytes: number): string {
  const [size, unit] = bytes >= 2 ** 30 ? [2 ** 30, "GiB"] : [2 ** 20, "MiB"];
  return `${Number((bytes / size).toPrecision(3))} ${unit}`;
}

const count = (value: number): string => value.toLocaleString("en-US");

/** The costs of two models at one size, and what share of the second's the first has. */
export function againstTable(costs: readonly ProcessCost[], ours: CostModel, theirs: CostModel): TableView {
  const [a, b] = [ours, theirs].map((model) => costs.find((cost) => cost.model === model));
  const texts = (cost: ProcessCost | undefined) => [
    cost?.seconds == null ? "–" : formatSeconds(cost.seconds),
    cost?.peak == null ? `over ${formatBytes(cost?.least ?? 0)}, estimated` : formatBytes(cost.peak),
  ];
  const share = (of: "seconds" | "peak") => {
    const [x, y] = [a?.[of], b?.[of]];
    return x == null || y == null ? "–" : (x / y).toFixed(3);
  };
  const row = (label: string, values: string[]) => ({
    label,
    cells: values.map((text) => ({ text, best: false })),
  });
  return {
    title: `At ${count(a?.context ?? 0)} context points: ${label(ours)} against ${label(theirs)}`,
    head: ["one training step", "time", "compiled peak"],
    rows: [
      row(label(ours), texts(a)),
      row(label(theirs), texts(b)),
      row("share", [share("seconds"), share("peak")]),
      row("aim, at most", ["0.200", "0.100"]),
    ],
    notes: [
      "Steps of both were timed in turns in one run; the peak holds parameters, Adam's state and data as well.",
    ],
  };
}

const label = (model: CostModel): string => model.toUpperCase().replace("-CHUNKED", " in pieces");
