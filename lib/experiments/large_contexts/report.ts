import { paperGp } from "../../data/paper.ts";
import { budgetCurves, type BudgetPoint, type Ended, type Figure } from "../../plots/mod.ts";
import {
  cell,
  formatBytes,
  formatSeconds,
  NOTHING,
  type RunRecord,
  type TableView,
} from "../../results/mod.ts";
import { type Answer, present, recordsOf, type Report, wordOf } from "../experiment.ts";
import { modelLabel } from "../process_report.ts";
import type { ContextDetails } from "./settings.ts";

/** What a training step of one model needs at one size; null where it was not compiled or run. */
interface Cost {
  model: string;
  context: number;
  /** Compiled bytes in all, and of the points, parameters and optimiser state. */
  peak: number | null;
  arguments: number | null;
  /** Bytes of its attention scores, which it needs at least: the estimate where nothing was compiled. */
  least: number;
  /** Median seconds of a step. */
  seconds: number | null;
  /** The budget that it exceeds. */
  beyond: "memory" | "time" | null;
}

const costOf = ({ model, configuration, metrics }: RunRecord): Cost => ({
  model,
  context: configuration["context"] as number,
  peak: metrics["peak"] ?? null,
  arguments: metrics["arguments"] ?? null,
  least: metrics["least"] ?? 0,
  seconds: metrics["seconds"] ?? null,
  beyond: metrics["overMemory"] ? "memory" : metrics["overTime"] ? "time" : null,
});

/** What a step reads beside its context. */
type Size = Record<"targets" | "batch" | "induce" | "samples" | "width", number>;

const sizeOf = ({ configuration }: RunRecord): Size => {
  const { targets, batch, induce, samples, width } = configuration as Size;
  return { targets, batch, induce, samples, width };
};

/**
 * The costs of one size by model and context: of several records of the same, the first that was measured, since another
 * budget may have ended it. A model ends with the first context beyond its last measured one.
 */
function costsOf(records: readonly RunRecord[], size: Size): Cost[] {
  const costs = records.filter((record) => JSON.stringify(sizeOf(record)) === JSON.stringify(size))
    .map(costOf);
  return [...Map.groupBy(costs, ({ model }) => model).values()].flatMap((own) => {
    const contexts = [...Map.groupBy(own, ({ context }) => context).values()]
      .map((same) => same.find(({ beyond }) => beyond === null) ?? same[0]!)
      .sort((a, b) => a.context - b.context);
    const last = contexts.findLastIndex(({ beyond }) => beyond === null);
    return contexts.filter(({ beyond }, i) => beyond === null || i === last + 1);
  });
}

const count = (value: number): string => value.toLocaleString("en-US");

const likelihoodsOf = (all: readonly RunRecord[]): RunRecord<ContextDetails>[] =>
  recordsOf<RunRecord<ContextDetails>>(all, "large-contexts").sort((a, b) => b.steps - a.steps);

/** "; trained for 500 to 100,000 steps, as its table says": how long the models were whose likelihoods are shown. */
function trainedFor(likelihoods: readonly RunRecord[]): string {
  if (likelihoods.length === 0) return "";
  const steps = likelihoods.map((record) => record.steps).sort((a, b) => a - b);
  const range = [...new Set([steps[0]!, steps.at(-1)!])].map(count).join(" to ");
  return `; likelihoods after ${range} steps, as their table says`;
}

/** Time and memory of a training step against the context, and how well models predict: panels above each other. */
function costFigure(
  costs: readonly Cost[],
  size: Size,
  budgetBytes: number,
  likelihoods: readonly RunRecord<ContextDetails>[],
): Figure | undefined {
  const points = costs.flatMap(({ model, context, seconds, peak, beyond }): BudgetPoint[] => {
    const at = { series: model, x: context };
    return [
      ...(seconds === null ? [] : [{ ...at, panel: "time", y: seconds }]),
      ...(peak === null || beyond === "memory" ? [] : [{ ...at, panel: "memory", y: peak }]),
    ];
  });
  if (!["time", "memory"].every((name) => points.some(({ panel }) => panel === name))) return undefined;
  const curves = likelihoods.flatMap(({ model, details }) =>
    details.contexts.map(({ context, target }): BudgetPoint => (
      { panel: "likelihood", series: model, x: context, y: target }
    ))
  );
  const ended = costs.flatMap(({ model, context, beyond }): Ended[] =>
    beyond === null ? [] : [{ series: model, x: context, reason: `out of ${beyond}` }]
  );
  const memory = { y: budgetBytes, label: `budget: ${formatBytes(budgetBytes)}` };
  const ceilings = paperGp.ceilings.filter(({ kernel }) => kernel === "rbf").map(({ floored }) => floored);
  const ceiling = { y: Math.max(...ceilings), label: "most that a deviation of at least 0.1 allows" };
  return budgetCurves([...points, ...curves], {
    title: `A training step against its context, h = ${size.induce}, batch ${size.batch}`,
    subtitle: `${size.targets} targets, width ${size.width}${trainedFor(likelihoods)}`,
    ended,
    panels: [
      { name: "time", label: "time of a step", unit: "seconds", log: true },
      { name: "memory", label: "memory of a step", unit: "bytes", log: true, rules: [memory] },
      ...curves.length > 0
        ? [{ name: "likelihood", label: "target log likelihood", rules: [ceiling], height: 170 }]
        : [],
    ],
  });
}

/** Where the aim for IPNP beside ANP is set. */
const AIM = { context: 2_048, seconds: 0.2, peak: 0.1 };

/** The costs of IPNP and ANP where the aim is set, and what share of the second's the first has. */
function againstTable(costs: readonly Cost[], batch: number): TableView | undefined {
  const own = costs.filter(({ context }) => context === AIM.context);
  const [a, b] = ["ipnp", "anp"].map((model) => own.find((cost) => cost.model === model));
  if (!a || !b) return undefined;
  const row = (label: string, values: string[]) => ({ label, cells: values.map((text) => cell(text)) });
  const costRow = ({ model, seconds, peak, least }: Cost) =>
    row(modelLabel(model), [
      seconds === null ? NOTHING : formatSeconds(seconds),
      peak === null ? `over ${formatBytes(least)}, estimated` : formatBytes(peak),
    ]);
  const share = (x: number | null, y: number | null) =>
    x === null || y === null ? NOTHING : (x / y).toFixed(3);
  return {
    title: `At ${count(AIM.context)} context points, batch ${batch}: IPNP against ANP`,
    head: ["one training step", "time", "compiled peak"],
    rows: [
      costRow(a),
      costRow(b),
      row("share", [share(a.seconds, b.seconds), share(a.peak, b.peak)]),
      row("aim, at most", [AIM.seconds.toFixed(3), AIM.peak.toFixed(3)]),
    ],
    notes: ["The peak holds parameters, Adam's state and data as well."],
  };
}

/** With h = half of the context, as the authors have it, the cost of inducing points grows as that of attention does. */
const isHalf = ({ configuration }: RunRecord): boolean =>
  configuration["induce"] === (configuration["context"] as number) / 2;

/** The costs of the published sizes, h growing with the context. */
function halvesTable(records: readonly RunRecord[]): TableView | undefined {
  const [first] = records;
  if (!first) return undefined;
  const { batch, targets, samples } = sizeOf(first);
  const costs = records.map(costOf);
  const contexts = [...new Set(costs.map(({ context }) => context))].sort((a, b) => a - b);
  const text = (model: string, context: number): string => {
    const cost = costs.find((one) => one.model === model && one.context === context);
    if (!cost) return NOTHING;
    const { peak, least, seconds } = cost;
    if (peak === null) return `over ${formatBytes(least)}, estimated`;
    return `${seconds === null ? "not run" : formatSeconds(seconds)}, ${formatBytes(peak)}`;
  };
  return {
    title: `A training step with h of half the context, as published: batch ${batch}`,
    head: ["model", ...contexts.map((context) => `${count(context)} points`)],
    rows: [...new Set(costs.map(({ model }) => model))].map((model) => ({
      label: modelLabel(model),
      cells: contexts.map((context) => cell(text(model, context))),
    })),
    notes: [
      `Time and compiled peak; ${targets} targets, ${samples} latent samples or bootstraps. Not run: over the budget of ${
        formatBytes(first.configuration["budgetBytes"] as number)
      }.`,
    ],
  };
}

/** How far each model came, and what its next size needs. */
function costVerdict(costs: readonly Cost[]): string {
  return [...Map.groupBy(costs, ({ model }) => model)].map(([model, own]) => {
    const last = own.findLast(({ beyond }) => beyond === null);
    const end = own.find(({ beyond }) => beyond !== null);
    const far = last && last.seconds !== null
      ? `${count(last.context)} points in ${formatSeconds(last.seconds)} and ${
        formatBytes(last.peak!)
      } a step`
      : "no size within the budget";
    const needs = end?.peak == null ? `at least ${formatBytes(end?.least ?? 0)}` : formatBytes(end.peak);
    const then = end === undefined
      ? ""
      : end.beyond === "time"
      ? `; ${count(end.context)} take too long`
      : `; ${count(end.context)} need ${needs}${end.peak === null ? " (estimated from its scores)" : ""}`;
    return `- ${modelLabel(model)}: ${far}${then}.`;
  }).join("\n");
}

/** Records at one size of h, whatever the context is; and those at half of it. */
const partedByH = (all: readonly RunRecord[]) =>
  Object.groupBy(recordsOf(all, "process-cost"), (record) => isHalf(record) ? "halves" : "fixed");

/** Costs of a step at the first record's size. @param all those of large-contexts join the figure */
export function processCostReport(all: readonly RunRecord[]): Report {
  const { fixed: records = [], halves = [] } = partedByH(all);
  const halved = halvesTable(halves);
  const [first] = records;
  if (!first) return { tables: present({ halves: halved }), figures: {}, verdict: "" };
  const size = sizeOf(first);
  const costs = costsOf(records, size);
  const costs16 = costsOf(records, { ...size, batch: 16 });
  const budget = first.configuration["budgetBytes"] as number;
  return {
    tables: present({
      against: againstTable(costs, size.batch),
      against16: againstTable(costs16, 16),
      halves: halved,
    }),
    figures: present({ costs: costFigure(costs, size, budget, likelihoodsOf(all)) }),
    verdict: costVerdict(costs),
  };
}

export function largeContextReport(all: readonly RunRecord[]): Report {
  const records = likelihoodsOf(all);
  const contexts = [...new Set(records.flatMap(({ details }) => details.contexts.map((one) => one.context)))]
    .sort((a, b) => a - b);
  const table: TableView = {
    title: "Target log likelihood by context points",
    head: ["model", ...contexts.map(count)],
    rows: records.map(({ model, steps, details }) => ({
      label: `${modelLabel(model)}, ${steps} steps`,
      cells: contexts.map((context) => {
        const at = details.contexts.find((point) => point.context === context);
        return cell(at ? `${at.target.toFixed(3)} ± ${at.error.toFixed(3)}` : NOTHING);
      }),
    })),
    notes: records.map(({ model, configuration }) =>
      `${modelLabel(model)}: ${configuration["trained"]}; ${configuration["functions"]} functions with ` +
      `${configuration["targets"]} targets each, mean ± standard error over functions.`
    ),
  };
  const verdict = records.flatMap(({ model, steps, details }) => {
    const [first, last] = [details.contexts[0], details.contexts.at(-1)];
    if (!first || !last) return [];
    const ends = `${first.target.toFixed(3)} from ${count(first.context)} points, ` +
      `${last.target.toFixed(3)} from ${count(last.context)}.`;
    return [`- ${modelLabel(model)}, ${steps} steps: ${ends}`];
  });
  return { tables: { likelihoods: table }, figures: {}, verdict: verdict.join("\n") };
}

/** A statement about costs with the number that decides it. */
interface Claim {
  statement: string;
  /** What was found, in words; undefined if it was not measured. */
  found?: string;
  holds?: boolean;
}

const MILLION = 1_000_000;

/** The claims about a million points, decided by the costs of IPNP in pieces and by predictions. */
function claimsOf(costs: readonly Cost[], prediction: RunRecord | undefined): Claim[] {
  const at = (context: number) =>
    costs.find((cost) => cost.model === "ipnp-chunked" && cost.context === context && cost.peak !== null);
  const [before, million] = [at(65_536), at(MILLION)];
  const beyondData = (cost: Cost): number => cost.peak! - cost.arguments!;
  const growth = before && million ? beyondData(million) / beyondData(before) - 1 : undefined;
  const { targets, context } = (prediction?.configuration ?? {}) as Record<string, number | undefined>;
  const { predictSeconds, updateDifference } = prediction?.metrics ?? {};
  const isMillion = targets !== undefined && targets >= MILLION && context! >= 100_000;
  return [
    {
      statement: "A training step at 1,000,000 context points runs",
      ...(million?.seconds == null ? {} : { found: formatSeconds(million.seconds), holds: true }),
    },
    {
      statement: "Its compiled peak is below 2 GB",
      ...(million && { found: formatBytes(million.peak!), holds: million.peak! < 2e9 }),
    },
    {
      statement: "Beyond the data the peak grows by less than 10 % from 65,536 to 1,000,000 points",
      ...(growth !== undefined && { found: `${(100 * growth).toFixed(1)} %`, holds: growth < 0.1 }),
    },
    {
      statement: "1,000,000 predictions from 100,000 context points take less than 60 s",
      ...(isMillion && predictSeconds != null
        ? { found: formatSeconds(predictSeconds), holds: predictSeconds < 60 }
        : {}),
    },
    {
      statement: "Points read later give what reading all at once gives, to 1e-4 of a predicted mean",
      ...(updateDifference == null
        ? {}
        : { found: updateDifference.toExponential(1), holds: updateDifference < 1e-4 }),
    },
  ];
}

/** How many claims hold, and which do not; and the answer: reproduced if every one was measured and holds. */
function judged(claims: readonly Claim[]): { verdict: string; answer?: Answer } {
  const measured = claims.filter(({ holds }) => holds !== undefined);
  const failed = measured.filter(({ holds }) => !holds);
  const held = measured.length - failed.length;
  const not = failed.map(({ statement, found }) => `${statement} (${found})`).join("; ");
  const missing = claims.length - measured.length;
  const also = missing > 0 ? `, ${missing} were not measured` : "";
  const why = `${held} of ${claims.length} claims about a million points hold${also}.`;
  return {
    verdict: `${held} of ${measured.length} measured claims hold${not && `; not: ${not}`}.`,
    answer: measured.length === 0 ? undefined : { word: wordOf(held, claims.length), why },
  };
}

/** What was claimed of a million points, and found. @param all those of process-cost tell of steps */
export function largePredictionReport(all: readonly RunRecord[]): Report {
  const { fixed: costs = [] } = partedByH(all);
  const [prediction] = recordsOf(all, "large-predictions");
  const claims = claimsOf(costs[0] ? costsOf(costs, sizeOf(costs[0])) : [], prediction);
  const { verdict, answer } = judged(claims);
  const { readSeconds, predictSeconds, pieceBytes, summaryBytes } = prediction?.metrics ?? {};
  const { context, targets } = (prediction?.configuration ?? {}) as Record<string, number>;
  const facts = () =>
    `Reading ${count(context!)} points took ${formatSeconds(readSeconds!)}, predicting at ` +
    `${count(targets!)} inputs ${formatSeconds(predictSeconds!)}. The program of a piece needs ` +
    `${formatBytes(pieceBytes!)}; the summary of the context has ${count(summaryBytes!)} bytes.`;
  return {
    tables: {
      claims: {
        title: "What was claimed, and what was found",
        head: ["claim", "found", "holds"],
        rows: claims.map(({ statement, found, holds }) => ({
          label: statement,
          cells: [cell(found ?? "not measured"), cell(holds === undefined ? NOTHING : holds ? "yes" : "no")],
        })),
        notes: [],
      },
    },
    figures: {},
    verdict: [verdict, ...prediction ? [facts()] : []].map((line) => `- ${line}`).join("\n"),
    answer,
  };
}
