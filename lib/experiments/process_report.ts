/** What the records of trained neural processes say, for tables and figures of all experiments on them. */
import { stylesOf } from "../plots/mod.ts";
import {
  type Cell,
  cell,
  formatSeconds,
  NOTHING,
  type RunRecord,
  spread,
  type TableView,
} from "../results/mod.ts";
import { canonicalJson } from "../results/record.ts";
import type { ProcessDetails, Range } from "./process_run.ts";

export type ProcessRecord = RunRecord<ProcessDetails>;

/** The context range of a record's tasks. */
export function rangeOf({ data }: Pick<RunRecord, "data">): Range {
  const found = /ctx-(\d+)-(\d+)/.exec(data.name);
  return [Number(found?.[1]), Number(found?.[2])];
}
export const rangeName = ([least, most]: readonly number[]): string => `[${least},${most}]`;

export const modelLabel = (model: string): string => stylesOf([model]).get(model)!.label;

export const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** "1.310 ± 0.002"; a dash for nothing. */
export const figure = (value: number | null | undefined, deviation?: number | null): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? NOTHING
    : value.toFixed(3) + (deviation && Number.isFinite(deviation) ? ` ± ${deviation.toFixed(3)}` : "");

/** Log likelihood of a target point at a step of the learning curve; undefined if there was no evaluation. */
export const curveAt = ({ details }: ProcessRecord, step: number): number | undefined =>
  details.curve.find((point) => point.step === step)?.target;

/** Runs that differ in nothing but their seed: one model, range and training length. */
export interface ProcessScores {
  model: string;
  /** Of the data, without its counts: "digits 8x8". */
  tasks: string;
  context: Range;
  steps: number;
  target: number;
  /** Standard error: over seeds, of a single one over its test batches. */
  error: number;
  runs: ProcessRecord[];
}

/** The scores of records, by tasks and context range, then the longest first, then the best first. */
export function scoresOf(records: readonly ProcessRecord[]): ProcessScores[] {
  const groups = Map.groupBy(
    records,
    ({ profile, data, model, configuration }) => canonicalJson([profile, data.name, model, configuration]),
  );
  const scores = [...groups.values()].map((runs): ProcessScores => {
    const [first] = runs as [ProcessRecord];
    const { mean, standardError } = spread(runs.map(({ metrics }) => metrics["target"] ?? NaN));
    return {
      model: first.model,
      tasks: first.data.name.replace(/ ctx.*/, ""),
      context: rangeOf(first),
      steps: first.steps,
      target: mean,
      error: runs.length > 1 ? standardError : first.metrics["error"] ?? NaN,
      runs,
    };
  });
  return scores.sort((a, b) =>
    (a.tasks < b.tasks ? -1 : a.tasks > b.tasks ? 1 : 0) || a.context[0] - b.context[0] ||
    b.steps - a.steps || b.target - a.target
  );
}

/** Scores that can be compared: of the same tasks, range and training length. */
export const comparable = (scores: readonly ProcessScores[]): ProcessScores[][] => [
  ...Map.groupBy(scores, ({ tasks, context, steps }) => canonicalJson([tasks, [...context], steps])).values(),
];

/** Log likelihoods and costs; the best of a range and training length is marked. @param below more rows */
export function scoresTable(
  records: readonly ProcessRecord[],
  below: readonly (readonly [string, number])[] = [],
  notes: readonly string[] = [],
): TableView {
  const scores = scoresOf(records);
  const tasks = unique(scores.map((score) => score.tasks));
  const firsts = comparable(scores).filter(({ length }) => length > 1).map(([first]) => first);
  const rows = scores.map((score) => {
    const mean = (value: (run: ProcessRecord) => number | null | undefined) =>
      spread(score.runs.map((run) => value(run) ?? NaN)).mean;
    const train = mean(({ seconds }) => seconds.train);
    const bytes = Math.max(...score.runs.map(({ memory }) => memory.compiledBytes ?? NaN));
    const prefix = tasks.length > 1 ? `${score.tasks}, ` : "";
    return {
      label: `${prefix}${rangeName(score.context)}, ${modelLabel(score.model)}`,
      cells: [
        cell(String(score.steps)),
        cell(figure(score.target, score.error), firsts.includes(score)),
        cell(mean(({ metrics }) => metrics["context"]).toFixed(3)),
        cell(mean(({ metrics }) => metrics["calibration"]).toFixed(4)),
        cell(formatSeconds(train)),
        cell(formatSeconds(train / score.steps)),
        cell(Number.isFinite(bytes) ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : NOTHING),
      ],
    };
  });
  const blank = (text: string): Cell[] => ["", text, "", "", "", "", ""].map((one) => cell(one));
  return {
    title: `${tasks.length === 1 ? tasks[0] : "Neural processes"}: log likelihood of a point`,
    head: ["context, model", "steps", "target", "context", "calibration", "train", "a step", "memory"],
    rows: [...rows, ...below.map(([label, value]) => ({ label, cells: blank(value.toFixed(3)) }))],
    notes: [
      `${unique(records.map(({ profile }) => profile)).join(", ")} profile. ± is the standard error over ` +
      "seeds, of a single one over its test batches; the best of a range and length is marked.",
      "Calibration: mean squared distance of the shares inside central intervals from their levels; 0 is perfect.",
      "Memory is what the compiled training step needs.",
      ...notes,
    ],
  };
}
