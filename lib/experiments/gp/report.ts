import { paperGp } from "../../data/paper.ts";
import { type Figure, learningCurves, rangeCurves } from "../../plots/mod.ts";
import { cell, formatSeconds, NOTHING, type RunRecord, spread, type TableView } from "../../results/mod.ts";
import { type Answer, present, recordsOf, type Report } from "../experiment.ts";
import {
  curveAt,
  figure,
  modelLabel,
  type ProcessRecord,
  rangeName,
  rangeOf,
  unique,
} from "../process_report.ts";
import { gpRate } from "../process_run.ts";
import { GP_LEAST, gpRanges } from "./settings.ts";

/** What a model is called at a rate: by its own name at the one that it has by default. */
const atRate = (model: string, rate: number): string =>
  rate === gpRate(model) ? model : `${modelLabel(model)}, rate ${rate}`;

const named = (record: ProcessRecord): string =>
  atRate(record.model, record.configuration["learningRate"] as number);

/**
 * A training at another rate than its model's own is one of another model: the two are never averaged.
 *
 * @returns trials of a rate apart from the rest, under names of their own; `long` are those without a longer training of the
 *   same model at its own rate
 */
function partedByRate(records: readonly ProcessRecord[]) {
  const { usual = [], trials = [] } = Object.groupBy(
    records,
    (record) => named(record) === record.model ? "usual" : "trials",
  );
  const long = trials.filter(({ model, steps }) =>
    !usual.some((other) => other.model === model && other.steps > steps)
  );
  const renamed = (record: ProcessRecord) => ({ ...record, model: named(record) });
  return { usual, trials: trials.map(renamed), long: long.map(renamed) };
}

/** Mean and deviation over seeds of the curve at a step; undefined unless all runs have it. */
function meanAt(runs: readonly ProcessRecord[], step: number) {
  const values = runs.flatMap((run) => curveAt(run, step) ?? []);
  return values.length === 0 || values.length < runs.length ? undefined : spread(values);
}

/** The authors' figure of a model and range; its mean is null where memory did not suffice. */
export const published = (model: string, least?: number) =>
  paperGp.figures.find((one) => one.model === model && one.context[0] === least && one.metric === "target");

/** The highest mean target log likelihoods: `exact` of any model, `floored` of one with deviations of at least 0.1. */
export const ceilingOf = (kernel: string, least?: number) =>
  paperGp.ceilings.find((one) => one.kernel === kernel && one.context[0] === least);

/** Whether a model's deviations may go below 0.1 (`regression/models/tnpd.py`: sigma is exp of what is predicted). */
export const isUnbounded = (model: string): boolean => model.startsWith("tnp");

const isConstant = ({ configuration }: ProcessRecord): boolean => configuration["schedule"] === "constant";

const ended = (runs: readonly ProcessRecord[]) => spread(runs.map(({ metrics }) => metrics["target"] ?? NaN));

/** Runs of the same model, range and steps, which differ in their seeds: by models as they come, then by steps. */
function trainings(records: readonly ProcessRecord[]): [ProcessRecord, ...ProcessRecord[]][] {
  const models = unique(records.map(({ model }) => model));
  const groups = Map.groupBy(
    records,
    (record) => JSON.stringify([record.model, record.steps, rangeOf(record)]),
  );
  return ([...groups.values()] as [ProcessRecord, ...ProcessRecord[]][]).sort(([a], [b]) =>
    models.indexOf(a.model) - models.indexOf(b.model) || a.steps - b.steps
  );
}

/** The mean over seeds of a model's curve at a step, trained at the full rate; NaN unless there is one. */
const meanAtFullRate = (records: readonly ProcessRecord[], model: string, step: number): number =>
  spread(
    records.filter((record) => record.model === model && isConstant(record))
      .flatMap((record) => curveAt(record, step) ?? []),
  ).mean;

/** The runs of a model and range with the most steps. */
function longest(records: readonly ProcessRecord[], model: string, range: string): ProcessRecord[] {
  const runs = records.filter((record) => record.model === model && rangeName(rangeOf(record)) === range);
  const most = Math.max(...runs.map(({ steps }) => steps));
  return runs.filter(({ steps }) => steps === most);
}

/** The published ranges with their least context, then others that there are records of. */
function rangesOf(records: readonly ProcessRecord[]): { range: string; least?: number }[] {
  const published = GP_LEAST.map((least) => ({ range: rangeName(gpRanges(least).context), least }));
  const others = unique(records.map((record) => rangeName(rangeOf(record))))
    .filter((range) => !published.some((one) => one.range === range));
  return [...published, ...others.map((range) => ({ range }))];
}

/** The context ranges: ours, with how many steps, above the authors' own figures. */
function rangeTable(records: readonly ProcessRecord[]): TableView {
  const ranges = rangesOf(records);
  const models = unique([...records, ...paperGp.figures].map(({ model }) => model));
  const rows = models.flatMap((model) => {
    const ours = ranges.map(({ range }) => {
      const runs = longest(records, model, range);
      if (runs.length === 0) return NOTHING;
      const { mean, deviation } = ended(runs);
      return `${figure(mean, deviation)} (${runs[0]!.steps} steps)`;
    });
    const authors = ranges.map(({ least }) => {
      const one = published(model, least);
      return one ? (one.mean === null ? "out of memory" : figure(one.mean, one.deviation)) : NOTHING;
    });
    return [{ who: "ours", texts: ours }, { who: "authors", texts: authors }]
      .filter(({ texts }) => texts.some((text) => text !== NOTHING))
      .map(({ who, texts }) => ({
        label: `${modelLabel(model)}, ${who}`,
        cells: texts.map((text) => cell(text)),
      }));
  });
  const ceilings = ranges.map(({ least }) => cell(ceilingOf("rbf", least)?.floored.toFixed(4) ?? NOTHING));
  return {
    title: "Target log likelihood by context range, RBF",
    head: ["model", ...ranges.map(({ range }) => range)],
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

/** Log likelihood by context range: the authors', and ours where they were run. */
function rangeFigure(records: readonly ProcessRecord[]): Figure {
  const authors = paperGp.figures.filter(({ mean }) => mean !== null).map((one) => ({
    panel: one.metric,
    series: one.model,
    range: rangeName(one.context),
    mean: one.mean!,
    deviation: one.deviation ?? 0,
    source: "authors" as const,
  }));
  const ranges = rangesOf(records).map(({ range }) => range);
  const ours = unique(records.map(({ model }) => model)).flatMap((series) =>
    ranges.flatMap((range) => {
      const runs = longest(records, series, range);
      if (runs.length === 0) return [];
      const { mean, deviation } = ended(runs);
      // A single seed has no deviation.
      const band = Number.isFinite(deviation) ? deviation : 0;
      return [{ panel: "target", series, range, mean, deviation: band }];
    })
  );
  return rangeCurves([...authors, ...ours], {
    title: "Log likelihood and time of a step by context range",
    subtitle: "hollow: authors, 100,000 steps on an RTX 3090; filled: ours, with the steps of the table",
    panels: [
      { name: "target", label: "target log likelihood" },
      { name: "stepMilliseconds", label: "a training step, ms (authors)" },
    ],
    ranges,
    missing: null,
  });
}

/** Steps that are shown of learning curves. */
const SHOWN = [500, 1000, 3000];

/** Runs on the first range at the full learning rate, long enough for a learning curve. */
const fullCurves = (records: readonly ProcessRecord[]): ProcessRecord[] =>
  records.filter((record) =>
    isConstant(record) && record.steps >= SHOWN[0]! && rangeOf(record)[0] === GP_LEAST[0]
  );

/**
 * Seconds of a training step of 16 tasks with 96 points of context, by model, from records of costs. A sharp start and another
 * rate have the program of the reference's model, and its time.
 */
function stepSeconds(records: readonly RunRecord[]): ReadonlyMap<string, number> {
  const measured = recordsOf(records, "process-cost").filter(({ configuration, metrics }) =>
    configuration["context"] === 96 && configuration["batch"] === 16 && typeof metrics["seconds"] === "number"
  );
  const names = (model: string) =>
    model === "cipnp" || model === "ipnp" ? [model, `${model}-sharp`] : [model];
  const seconds = new Map(
    measured.flatMap(({ model, metrics }) => names(model).map((name) => [name, metrics["seconds"]!])),
  );
  for (const record of recordsOf<ProcessRecord>(records, "gp")) {
    const own = seconds.get(record.model);
    if (own !== undefined) seconds.set(named(record), own);
  }
  return seconds;
}

/**
 * Log likelihood after the same steps and after the same seconds, beside the official code and the authors' figures at
 * 100,000 steps.
 *
 * @param records learning curves, several seeds
 * @param seconds of a step; those of the records themselves depend on what else ran
 */
function curveTable(records: readonly ProcessRecord[], seconds: ReadonlyMap<string, number>): TableView {
  const models = unique(records.map(({ model }) => model));
  const range = rangeOf(records[0]!);
  const of = (model: string) => records.filter((record) => record.model === model);
  // The time that the quickest model needs for all of its steps: every model gets as much.
  const budget = Math.min(...models.map((model) => (seconds.get(model) ?? NaN) * of(model)[0]!.steps));
  const within = (model: string) => {
    const own = seconds.get(model);
    if (own === undefined || !Number.isFinite(budget)) return undefined;
    const point = of(model)[0]!.details.curve.findLast(({ step }) => step * own <= budget * 1.001);
    return point && { step: point.step, mean: meanAt(of(model), point.step)?.mean };
  };
  const rows = models.map((model) => {
    const timed = within(model);
    const reached = SHOWN.map((step) => {
      const mean = meanAt(of(model), step);
      const known = paperGp.curves.find((point) => point.model === model && point.step === step)?.target;
      return figure(mean?.mean, mean?.deviation) + (known === undefined ? "" : ` (${known.toFixed(2)})`);
    });
    const authors = published(model, range[0]);
    return {
      label: modelLabel(model),
      cells: [
        String(of(model).length),
        ...reached,
        formatSeconds(seconds.get(model) ?? NaN).replace("NaN s", NOTHING),
        timed?.mean === undefined ? NOTHING : `${timed.mean.toFixed(3)} (${timed.step} steps)`,
        authors ? figure(authors.mean, authors.deviation) : NOTHING,
      ].map((text) => cell(text)),
    };
  });
  const ceiling = ceilingOf("rbf", range[0]);
  return {
    title: `RBF, context ${rangeName(range)}: target log likelihood`,
    head: [
      "model",
      "seeds",
      ...SHOWN.map((step) => `${step} steps`),
      "a step",
      Number.isFinite(budget) ? `after ${formatSeconds(budget)}` : "same seconds",
      "authors, 100,000 steps",
    ],
    rows,
    notes: [
      "Mean ± deviation over seeds, 24 batches of 16 functions; in brackets a single run of the official PyTorch code.",
      "After the same seconds: at the last evaluation within them, at each model's own time for a step, measured apart from the training.",
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

/** Trainings on the first range to the published number of steps, at a rate that falls to nothing. */
const wholeTrainings = (records: readonly ProcessRecord[]): ProcessRecord[] =>
  records.filter((record) => record.steps === PUBLISHED_STEPS && rangeOf(record)[0] === GP_LEAST[0]);

const curvePoints = (records: readonly ProcessRecord[], series: (model: string) => string) =>
  records.flatMap(({ model, seed, details }) =>
    details.curve.map(({ step, target }) => ({ series: series(model), seed, step, value: target }))
  );

/** Learning curves of all seeds, the official code's points beside them; trainings to the end as curves of their own. */
const curveFigure = (records: readonly ProcessRecord[], whole: readonly ProcessRecord[]): Figure =>
  learningCurves(
    [
      ...curvePoints(whole, (model) => `${modelLabel(model)}, to the end`),
      ...curvePoints(records, (model) => model),
      ...paperGp.curves.filter(({ model }) => records.some((record) => record.model === model))
        .map(({ model, step, target }) => (
          { series: model, step, value: target, source: "authors" as const }
        )),
    ],
    {
      title: "Training on RBF functions",
      subtitle: "context [64,128], 24 batches of 16 functions",
      others: "official PyTorch code, a single run",
      yLabel: "target log likelihood",
      log: true,
      rules: [{ y: ceilingOf("rbf", GP_LEAST[0]!)!.floored, label: "ceiling" }],
    },
  );

const KERNELS = ["rbf", "matern", "periodic"];

/** Models trained on RBF, tested on other kernels as well. */
function kernelTable(records: readonly ProcessRecord[]): TableView {
  const least = rangeOf(records[0]!)[0];
  const rows = trainings(records).map((runs) => {
    const cells = KERNELS.flatMap((kernel) => {
      const tests = runs.map(({ metrics, details }) => kernel === "rbf" ? metrics : details.tests[kernel]);
      const of = (measure: "target" | "calibration") => spread(tests.map((test) => test?.[measure] ?? NaN));
      const { mean, deviation } = of("target");
      return [cell(figure(mean, deviation)), cell(figure(of("calibration").mean))];
    });
    return { label: modelLabel(runs[0].model), cells: [cell(String(runs[0].steps)), ...cells] };
  });
  const ceilings = KERNELS.flatMap((kernel) => [
    cell(figure(ceilingOf(kernel, least)?.floored)),
    cell(""),
  ]);
  return {
    title: "Trained on RBF, tested on three kernels",
    head: ["model", "steps", ...KERNELS.flatMap((kernel) => [kernel, "calibration"])],
    rows: [...rows, { label: "ceiling", cells: [cell(""), ...ceilings] }],
    notes: [
      "Target log likelihood, mean ± deviation over seeds. Calibration: mean squared distance of the shares inside " +
      "central intervals from their levels; 0 is perfect, and a deviation of at least 0.1 on data with 0.02 is not.",
    ],
  };
}

/** The authors' likelihoods on the first range, "CANP 1.274, CIPNP 1.310". */
const authorsOnFirstRange = (): string =>
  ["anp", "canp", "banp", "cipnp", "ipnp"].flatMap((model) => {
    const mean = published(model, GP_LEAST[0]!)?.mean;
    return typeof mean === "number" ? [`${modelLabel(model)} ${mean.toFixed(3)}`] : [];
  }).join(", ");

const PUBLISHED_STEPS = 100_000;

/** The model without inducing points, that with them, and the starts of this workspace. */
const COMPARED = ["canp", "cipnp", "cipnp-fast", "cipnp-sharp"];

/** CIPNP with the reference's start and with sharp ones, each at both rates: is it the start, or the rate? */
function startLine(curves: readonly ProcessRecord[]): string[] {
  const [published, twice] = [gpRate("cipnp"), gpRate("cipnp-sharp")];
  const step = SHOWN.at(-1)!;
  const reached = ["cipnp", atRate("cipnp", twice), atRate("cipnp-sharp", published), "cipnp-sharp"]
    .map((model) =>
      spread(curves.filter((one) => one.model === model).flatMap((one) => curveAt(one, step) ?? []))
    );
  if (reached.some(({ mean }) => Number.isNaN(mean))) return [];
  const [slow, fast, sharp, both] = reached.map(({ mean }) => mean.toFixed(2));
  return [
    `Start or rate: after ${
      step.toLocaleString("en")
    } steps CIPNP has ${slow} at the published rate of ${published} and ` +
    `${fast} at twice of it; with a sharp start ${sharp} and ${both}.`,
  ];
}

/** @param curves of the first range at full rates, trials of a rate among them */
function verdict(records: readonly ProcessRecord[], curves: readonly ProcessRecord[]): string {
  const first = records.filter((record) => rangeOf(record)[0] === GP_LEAST[0]);
  const lines: string[] = [];
  for (const step of [1000, 3000]) {
    const reached = COMPARED.flatMap((model) => {
      const mean = meanAtFullRate(first, model, step);
      return Number.isNaN(mean) ? [] : [`${modelLabel(model)} ${mean.toFixed(2)}`];
    });
    if (reached.length > 0) {
      lines.push(`After ${step.toLocaleString("en")} steps at the full rate: ${reached.join("; ")}.`);
    }
  }
  lines.push(...startLine(curves));
  const ceiling = ceilingOf("rbf", GP_LEAST[0]!)!.floored;
  for (const runs of trainings(first.filter((record) => !isConstant(record)))) {
    const [{ model, steps }] = runs;
    const { mean } = ended(runs);
    const below = (ceiling - mean).toFixed(3);
    lines.push(
      `${modelLabel(model)}, ${steps} steps to the end: ${mean.toFixed(3)}, ${below} below the ceiling.`,
    );
  }
  lines.push(`The authors after ${PUBLISHED_STEPS.toLocaleString("en")} steps: ${authorsOnFirstRange()}.`);
  return lines.map((line) => `- ${line}`).join("\n");
}

/** How far below a likelihood another one counts as equal: a point, in nats. */
const AS_GOOD = 0.02;

/**
 * Reproduced if CIPNP is as good as CANP: after the authors' steps, where there is such a run and one of CANP, else after as
 * many as both have; in part if only a start of this workspace is, or if the authors' CANP is compared with.
 */
function answerOf(records: readonly ProcessRecord[]): Answer | undefined {
  const authors = `${authorsOnFirstRange()} after ${PUBLISHED_STEPS.toLocaleString("en")} steps`;
  const first = records.filter((record) => rangeOf(record)[0] === GP_LEAST[0]);
  const whole = (model: string) =>
    ended(first.filter((record) => record.model === model && record.steps === PUBLISHED_STEPS)).mean;
  if (!Number.isNaN(whole("cipnp"))) {
    const [cipnp, own, theirs] = [
      whole("cipnp"),
      whole("canp"),
      published("canp", GP_LEAST[0]!)?.mean ?? NaN,
    ];
    const ahead = cipnp >= (Number.isNaN(own) ? theirs : own) - AS_GOOD;
    return {
      word: !ahead ? "not reproduced" : Number.isNaN(own) ? "reproduced in part" : "reproduced",
      why:
        `On contexts of 64 to 128 points CIPNP has ${cipnp.toFixed(3)} nats a target after the published ` +
        `${PUBLISHED_STEPS.toLocaleString("en")} steps, ` +
        (Number.isNaN(own) ? "CANP was not trained as long" : `CANP ${own.toFixed(3)}`) +
        "; longer contexts were not trained to the end.",
      authors,
    };
  }
  for (const step of [3000, 1000]) {
    const [canp, cipnp, ...starts] = COMPARED.map((model) => meanAtFullRate(first, model, step)) as [
      number,
      number,
      ...number[],
    ];
    if (Number.isNaN(canp + cipnp)) continue;
    const good = (value: number) => value >= canp - AS_GOOD;
    const found = starts.filter((value) => !Number.isNaN(value));
    const ours = found.map((one) => one.toFixed(2)).join(" and ");
    return {
      word: good(cipnp) ? "reproduced" : found.some(good) ? "reproduced in part" : "not reproduced",
      why:
        `After ${step.toLocaleString("en")} steps CANP has ${canp.toFixed(2)} and CIPNP ${cipnp.toFixed(2)}` +
        `${ours && `, with starts of this workspace ${ours}`} nats a target.`,
      authors,
    };
  }
}

/** @param all those of process-cost among them tell the seconds of a step */
export function gpReport(all: readonly RunRecord[]): Report {
  const { usual, trials, long } = partedByRate(recordsOf<ProcessRecord>(all, "gp"));
  const records = [...usual, ...long];
  const curves = fullCurves([...usual, ...trials]);
  const kernels = records.filter(({ details }) => Object.keys(details.tests).length > 0);
  return {
    tables: present({
      ranges: rangeTable(records),
      curves: curves.length > 0 && curveTable(curves, stepSeconds(all)),
      kernels: kernels.length > 0 && kernelTable(kernels),
    }),
    figures: present({
      ranges: rangeFigure(records),
      curves: curves.length > 0 && curveFigure(curves, wholeTrainings(records)),
    }),
    verdict: verdict(records, curves),
    answer: answerOf(records),
  };
}
