/** What the records of Gaussian process runs say, and what the authors published. */
import { paperGp } from "../../data/paper.ts";
import { stylesOf } from "../../plots/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { spread } from "../../results/summary.ts";

/** The context range of a record's tasks. */
export function rangeOf({ data }: RunRecord): [number, number] {
  const found = /ctx-(\d+)-(\d+)/.exec(data.name);
  return [Number(found?.[1]), Number(found?.[2])];
}
export const rangeName = ([least, most]: readonly number[]): string => `[${least},${most}]`;

/** The label of a model in tables and figures. */
export const modelLabel = (model: string): string => stylesOf([model]).get(model)!.label;

export const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** A point of a record's learning curve; undefined if it was not looked at there. */
export const curveAt = ({ metrics }: RunRecord, step: number, what: "target" | "seconds") =>
  metrics[`${what}@${step}`] ?? undefined;

/** Steps at which a record was looked at. */
export const stepsOf = ({ metrics }: RunRecord): number[] =>
  Object.keys(metrics).flatMap((name) => /^target@(\d+)$/.exec(name)?.[1] ?? []).map(Number)
    .sort((a, b) => a - b);

/** Mean and deviation over seeds of the curve at a step; undefined unless all runs have it. */
export function meanAt(
  runs: readonly RunRecord[],
  step: number,
): { mean: number; deviation: number } | undefined {
  const values = runs.map((run) => curveAt(run, step, "target"));
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  return spread(values as number[]);
}

/** What the official code reached at a step, a single run. */
export const official = (model: string, step: number): number | undefined =>
  paperGp.curves.find((point) => point.model === model && point.step === step)?.target;

/** The authors' figure of a model and range; its mean is null where memory did not suffice. */
export const published = (model: string, least: number, metric: "target" | "stepMilliseconds") =>
  paperGp.figures.find((one) => one.model === model && one.context[0] === least && one.metric === metric);

/** The highest mean target log likelihoods: `exact` of any model, `floored` of one with deviations of at least 0.1. */
export const ceilingOf = (
  kernel: string,
  least: number,
): { exact: number; floored: number; error: number | null } | undefined =>
  paperGp.ceilings.find((one) => one.kernel === kernel && one.context[0] === least);

/** Whether a model's deviations may go below 0.1 (`regression/models/tnpd.py`: sigma is exp of what is predicted). */
export const isUnbounded = (model: string): boolean => model.startsWith("tnp");

/** Measured seconds of a training step by model, side by side in one run. */
export type StepSeconds = ReadonlyMap<string, number>;

/** Runs of the same model and steps, which differ in their seeds: by models as they come, then by steps. */
export function trainings(records: readonly RunRecord[]): RunRecord[][] {
  return unique(records.map(({ model }) => model)).flatMap((model) => {
    const own = records.filter((record) => record.model === model);
    const lengths = unique(own.map(({ steps }) => steps)).sort((a, b) => a - b);
    return lengths.map((length) => own.filter(({ steps }) => steps === length));
  });
}

/** The runs with the most steps among those of one model and range. */
export function longest(runs: readonly RunRecord[]): RunRecord[] {
  const most = Math.max(...runs.map(({ steps }) => steps));
  return runs.filter(({ steps }) => steps === most);
}
