import { paperGp } from "../../data/paper.ts";
import type { RunRecord } from "../../results/mod.ts";
import { spread } from "../../results/summary.ts";
import { formatSeconds } from "../../results/tables.ts";
import type { Cell, TableView } from "../../results/view.ts";
import {
  ceilingOf,
  isUnbounded,
  longest,
  meanAt,
  modelLabel,
  official,
  published,
  rangeName,
  rangeOf,
  type StepSeconds,
  stepsOf,
  trainings,
  unique,
} from "./gp_scores.ts";

const NOTHING = "–";
const cell = (text: string): Cell => ({ text, best: false });
const number = (value: number | null | undefined, deviation?: number | null): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? NOTHING
    : value.toFixed(3) + (deviation && Number.isFinite(deviation) ? ` ± ${deviation.toFixed(3)}` : "");

/**
 * Log likelihood after the same steps and after the same seconds, beside the official code and the authors' figures at
 * 100,000 steps.
 *
 * @param records of one context range and one training length, several seeds
 * @param stepSeconds measured side by side; the seconds of the records themselves depend on what else ran
 */
export function gpCurveTable(
  records: readonly RunRecord[],
  { steps, stepSeconds }: { steps: readonly number[]; stepSeconds: StepSeconds },
): TableView {
  const models = unique(records.map(({ model }) => model));
  const [least] = rangeOf(records[0]!);
  const of = (model: string) => records.filter((record) => record.model === model);
  // The time that the quickest model needs for all of its steps: every model gets as much.
  const budget = Math.min(...models.map((model) => (stepSeconds.get(model) ?? NaN) * of(model)[0]!.steps));
  const within = (model: string) => {
    const seconds = stepSeconds.get(model);
    if (seconds === undefined || !Number.isFinite(budget)) return undefined;
    const step = stepsOf(of(model)[0]!).filter((at) => at * seconds <= budget * 1.001).at(-1);
    return step === undefined ? undefined : { step, ...meanAt(of(model), step) };
  };
  const rows = models.map((model) => {
    const runs = of(model);
    const timed = within(model);
    const reached = steps.map((step) => {
      const mean = meanAt(runs, step);
      const known = official(model, step);
      return number(mean?.mean, mean?.deviation) + (known === undefined ? "" : ` (${known.toFixed(2)})`);
    });
    const authors = published(model, least, "target");
    return {
      label: modelLabel(model),
      cells: [
        String(runs.length),
        ...reached,
        formatSeconds(stepSeconds.get(model) ?? NaN).replace("NaN s", NOTHING),
        timed?.mean === undefined ? NOTHING : `${timed.mean.toFixed(3)} (${timed.step} steps)`,
        authors ? number(authors.mean, authors.deviation) : NOTHING,
      ].map(cell),
    };
  });
  const ceiling = ceilingOf("rbf", least);
  return {
    title: `RBF, context ${rangeName(rangeOf(records[0]!))}: target log likelihood`,
    head: [
      "model",
      "seeds",
      ...steps.map((step) => `${step} steps`),
      "a step",
      Number.isFinite(budget) ? `after ${formatSeconds(budget)}` : "same seconds",
      "authors, 100,000 steps",
    ],
    rows,
    notes: [
      "Mean ± deviation over seeds, 24 batches of 16 functions; in brackets a single run of the official PyTorch code.",
      "After the same seconds: at the last look within them, at each model's own time for a step, measured in turns.",
      ...(ceiling
        ? [
          `No model can have more than ${ceiling.floored} here: exact regression, deviations of at least 0.1.` +
          (models.some(isUnbounded) ? ` TNP-D's have no such floor: at most ${ceiling.exact}.` : ""),
        ]
        : []),
      paperGp.source,
    ],
  };
}

/** The five context ranges: ours, with how many steps, above the authors' own figures. */
export function gpRangeTable(records: readonly RunRecord[], least: readonly number[]): TableView {
  const models = unique([...records.map(({ model }) => model), ...paperGp.figures.map(({ model }) => model)]);
  const rows = models.flatMap((model) => {
    const ours = least.map((a) => {
      const runs = longest(records.filter((record) => record.model === model && rangeOf(record)[0] === a));
      if (runs.length === 0) return NOTHING;
      const { mean, deviation } = spread(runs.map(({ metrics }) => metrics["target"] ?? NaN));
      return `${number(mean, deviation)} (${runs[0]!.steps} steps)`;
    });
    const authors = least.map((a) => {
      const one = published(model, a, "target");
      return one ? (one.mean === null ? "out of memory" : number(one.mean, one.deviation)) : NOTHING;
    });
    const label = modelLabel(model);
    return [
      ...(ours.some((text) => text !== NOTHING) ? [{ label: `${label}, ours`, cells: ours.map(cell) }] : []),
      ...(authors.some((text) => text !== NOTHING)
        ? [{ label: `${label}, authors`, cells: authors.map(cell) }]
        : []),
    ];
  });
  const ceilings = least.map((a) => cell(ceilingOf("rbf", a)?.floored.toFixed(4) ?? NOTHING));
  return {
    title: "Target log likelihood by context range, RBF",
    head: ["model", ...least.map((a) => rangeName([a, 2 * a]))],
    rows: [...rows, { label: "ceiling", cells: ceilings }],
    notes: [
      "Ours: mean ± deviation over seeds at the end of the training, with its steps. Authors: 100,000 steps, 5 seeds.",
      "A dash: not run." +
      (models.some(isUnbounded)
        ? " TNP-D's deviations have no floor at 0.1, the ceiling is not its own."
        : ""),
      paperGp.ceilingSource,
    ],
  };
}

/** Models trained on RBF, tested on the three kernels. */
export function gpKernelTable(records: readonly RunRecord[]): TableView {
  const kernels = ["rbf", "matern", "periodic"];
  const rows = trainings(records).map((runs) => {
    const cells = kernels.flatMap((kernel) => {
      const prefix = kernel === "rbf" ? "" : `${kernel} `;
      return ["target", "calibration"].map((measure) => {
        const { mean, deviation } = spread(runs.map(({ metrics }) => metrics[prefix + measure] ?? NaN));
        return cell(measure === "target" ? number(mean, deviation) : number(mean));
      });
    });
    return { label: modelLabel(runs[0]!.model), cells: [cell(String(runs[0]!.steps)), ...cells] };
  });
  const least = records.length > 0 ? rangeOf(records[0]!)[0] : 64;
  return {
    title: "Trained on RBF, tested on three kernels",
    head: ["model", "steps", ...kernels.flatMap((kernel) => [kernel, "calibration"])],
    rows: [
      ...rows,
      {
        label: "ceiling",
        cells: [cell(""), ...kernels.flatMap((k) => [cell(number(ceilingOf(k, least)?.floored)), cell("")])],
      },
    ],
    notes: [
      "Target log likelihood, mean ± deviation over seeds. Calibration: mean squared distance of the shares inside " +
      "central intervals from their levels; 0 is perfect, and a deviation of at least 0.1 on data with 0.02 is not.",
    ],
  };
}
