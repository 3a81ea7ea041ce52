/** Whether a run that was repeated gave what its kept record says and, if not the same bits, how far off it may be. */
import {
  cell,
  type Json,
  readRecords,
  recordName,
  type RunRecord,
  spread,
  type TableView,
} from "../results/mod.ts";
import { KEPT_RECORDS, LOCAL_BEGINNINGS, LOCAL_RECORDS } from "./profiles.ts";
import { sinceLast } from "./run.ts";

/** `within`: not the same bits, but every measure that is judged is within its tolerance. */
type Verdict = "equal" | "within" | "differs";

/** One measure of a repeated run; null where it was not a finite number, or was not measured. */
interface ComparedMeasure {
  metric: string;
  kept: number | null;
  now: number | null;
  tolerance: number;
}

interface Comparison {
  experiment: string;
  /** In words: experiment, model, data, fold, seed, and how far it was repeated if not to its end. */
  run: string;
  verdict: Verdict;
  /** Whether engine, compiler options and processor have the same names in both records: equal bits are expected. */
  sameEngine: boolean;
  /** Those that are judged. */
  measures: ComparedMeasure[];
}

/** What is counted or given by the data alone. */
const EXACT =
  /^(steps|parameters|overMemory|overTime|arguments|least|summaryBytes|targets|ceiling|constant)$| count$|frequency$/;

/** Compiled memory: other compiler options give other buffers, and a small program may need one more. */
const MEMORY = /^(temporary|peak|pieceBytes)$/;
const MEMORY_SHARE = 0.25;
const MEMORY_BYTES = 2 ** 22;

/** Log likelihoods of a point: at the end of an annealed training they are settled, on the way there they are not. */
const LIKELIHOOD = /(^|\s)(context|target)(@\d+)?$/;
const SETTLED = 0.01;
const UNSETTLED = 0.05;

/** Errors, and scores whose best value is 1. */
const ERROR = /^(rmse|logLoss)$/;
const ERROR_SHARE = 0.1;
const SCORE = /^(accuracy|auroc|specialisation|encoder off)$|r2$/i;

/**
 * Runs of one training that differ in their last bits are like runs of several seeds: one pair in twenty is further apart than
 * this many deviations. Deviations over folds are larger by themselves.
 */
const APART = 2.8;

/** Of R² on one window where there is a single seed: measured with five seeds of three models, for all targets and single ones. */
const SEED_DEVIATION = 0.005;
const SINGLE_SEED_DEVIATION = 0.017;

/**
 * Another kind of processor, or another engine, adds in another order from the first step on: a training then goes a way of its
 * own. With the same code on an AMD EPYC and an Intel Xeon 27 of 30 runs were within the tolerances of one kind of processor; an
 * ablation (RMSE 2.55 and 3.05), the steep first points of a likelihood and the specialisation of two latents were not.
 */
const ELSEWHERE = 3;

/** The rule in words, for the page that shows the comparison. */
const TOLERANCES =
  `A measure passes if it differs from the kept one by at most the deviation over the kept folds of the same experiment, ` +
  `data and model, or ${APART} times that over its seeds; or, if that is more, by at most ${ERROR_SHARE} of an error, ` +
  `${APART} times ${SEED_DEVIATION} of a score (${SINGLE_SEED_DEVIATION} of the mean over single targets), ${SETTLED} of a ` +
  `log likelihood of given weights or at the end of an annealed training, and ${UNSETTLED} of any other. Where the kept run is ` +
  `of another kind of processor or of another engine, a training may be off by ${ELSEWHERE} times as much. Compiled memory ` +
  `passes within ${MEMORY_SHARE} or 4 MiB, counts if they are equal. Times are not compared; losses, steps of the best ` +
  `weights and pictures only tell whether the bits are the same.`;

/** By how much a measure may differ from a kept record's; undefined where it is not judged. */
export function toleranceOf(
  metric: string,
  kept: RunRecord,
  records: readonly RunRecord[],
): number | undefined {
  if (EXACT.test(metric)) return 0;
  const value = Math.abs(figuresOf(kept)[metric] ?? 0);
  if (MEMORY.test(metric)) return Math.max(MEMORY_SHARE * value, MEMORY_BYTES);
  const least = LIKELIHOOD.test(metric)
    ? (isSettled(metric, kept) ? SETTLED : UNSETTLED)
    : ERROR.test(metric)
    ? ERROR_SHARE * value
    : SCORE.test(metric)
    ? APART * (metric === "targetR2" ? SINGLE_SEED_DEVIATION : SEED_DEVIATION)
    : undefined;
  if (least === undefined) return undefined;
  const values = records.filter(({ experiment, model, data }) =>
    experiment === kept.experiment && model === kept.model && data.name === kept.data.name
  ).flatMap((record) => figuresOf(record)[metric] ?? []);
  const factor = kept.fold ? 1 : APART;
  return values.length > 1 ? Math.max(least, factor * spread(values).deviation) : least;
}

/** Whether a likelihood is of weights that are given, or of the end of an annealed training. */
const isSettled = (metric: string, { experiment, configuration }: RunRecord): boolean =>
  experiment === "large-contexts" || (configuration["schedule"] === "cosine" && !metric.includes("@"));

/** All numbers of a record by name: its measures, and those of its details, "curve target@500". */
function figuresOf({ metrics, details, steps, parameters }: RunRecord): Record<string, number | null> {
  const figures: Record<string, number | null> = { ...metrics, steps, parameters };
  const visit = (value: Json, words: readonly string[], at: string): void => {
    if (value === null || typeof value === "number") figures[words.join(" ") + at] = value;
    else if (Array.isArray(value)) {
      value.forEach((one, i) => {
        const { step, context, name } = (one ?? {}) as Record<string, Json | undefined>;
        const key = step ?? context;
        if (key !== undefined) visit(one, words, `@${key}`);
        else visit(one, [...words, typeof name === "string" ? name : String(i)], at);
      });
    } else if (typeof value === "object") {
      for (const [name, one] of Object.entries(value)) visit(one, [...words, name], at);
    }
  };
  visit(details, [], "");
  return figures;
}

/**
 * Compares a kept run with its repetition. Where only the beginning was run again, what it measured is compared.
 *
 * @param records all kept ones: deviations over seeds and folds are theirs
 */
export function compareRuns(
  kept: RunRecord,
  now: RunRecord,
  records: readonly RunRecord[],
): Comparison {
  const [before, after] = [figuresOf(kept), figuresOf(now)];
  const names = Object.keys(after).filter((metric) => !/seconds/i.test(metric) && metric !== "steps");
  const whole = Object.keys(before).every((metric) => metric in after);
  const all = [...whole ? ["steps"] : [], ...names];
  const sameEngine = ofOneEngine(kept, now);
  const measures = all.flatMap((metric): ComparedMeasure[] => {
    const own = toleranceOf(metric, kept, records);
    if (own === undefined) return [];
    const tolerance = sameEngine || MEMORY.test(metric) ? own : ELSEWHERE * own;
    return [{ metric, kept: before[metric] ?? null, now: after[metric] ?? null, tolerance }];
  });
  return {
    experiment: kept.experiment,
    run: runName(kept) + (whole ? "" : `, to ${names.findLast((metric) => metric.includes("@"))}`),
    verdict: all.every((metric) => (before[metric] ?? null) === (after[metric] ?? null))
      ? "equal"
      : measures.every(passes)
      ? "within"
      : "differs",
    sameEngine,
    measures,
  };
}

const passes = ({ kept, now, tolerance }: ComparedMeasure): boolean =>
  kept === now || (kept !== null && now !== null && Math.abs(now - kept) <= tolerance);

/** Whether engine and processor are of one name; of a processor whose model is not recorded the name alone counts. */
function ofOneEngine(a: RunRecord, b: RunRecord): boolean {
  const [engine, other] = [a, b].map(({ engine }) => JSON.stringify(Object.entries(engine).sort()));
  const [cpu, its] = [a, b].map(({ environment }) => environment.cpu) as [string, string];
  return engine === other &&
    (cpu === its || cpu.startsWith(`${its} (family`) || its.startsWith(`${cpu} (family`));
}

const runName = ({ experiment, model, data, fold, seed }: RunRecord): string =>
  [experiment, model, data.name, ...fold ? [`fold ${fold.index}`] : [], `seed ${seed}`].join(", ");

/** "12 of 407 runs repeated here: 3 equal, 9 within tolerance". */
export function repeatedLine(comparisons: readonly Comparison[], runs: number): string {
  const words: Record<Verdict, string> = { equal: "equal", within: "within tolerance", differs: "different" };
  const counts = (Object.keys(words) as Verdict[]).flatMap((verdict) => {
    const count = comparisons.filter((one) => one.verdict === verdict).length;
    return count > 0 ? [`${count} ${words[verdict]}`] : [];
  });
  const found = counts.length > 0 ? `: ${counts.join(", ")}` : "";
  return `${comparisons.length} of ${runs} runs repeated here${found}`;
}

/** What is beyond its tolerance, a line each. */
export const differences = (comparisons: readonly Comparison[]): string[] =>
  comparisons.flatMap(({ run, measures }) =>
    measures.filter((measure) => !passes(measure)).map(({ metric, kept, now, tolerance }) => {
      const [here, before, allowed] = [now, kept, tolerance].map(figure);
      return `${run}: ${metric} is ${here}, the kept record has ${before}, tolerance ${allowed}`;
    })
  );

const figure = (value: number | null): string => value === null ? "–" : String(Number(value.toPrecision(6)));

/** The measure of each repeated run that is nearest to its tolerance, or beyond it. */
export function comparisonTable(comparisons: readonly Comparison[], runs: number): TableView {
  const share = ({ kept, now, tolerance }: ComparedMeasure): number =>
    kept === now ? 0 : kept === null || now === null ? Infinity : Math.abs(now - kept) / tolerance;
  const rows = comparisons.map(({ run, verdict, measures }) => {
    const shown = measures.length > 0 ? measures.reduce((a, b) => (share(b) > share(a) ? b : a)) : undefined;
    const cells = shown
      ? [shown.metric, figure(shown.kept), figure(shown.now), figure(shown.tolerance), verdict]
      : ["", "", "", "", verdict];
    return { label: run, cells: cells.map((text) => cell(text)) };
  });
  const unexpected =
    comparisons.filter(({ verdict, sameEngine }) => sameEngine && verdict !== "equal").length;
  return {
    title: repeatedLine(comparisons, runs),
    head: ["run", "measure", "kept", "now", "tolerance", ""],
    rows,
    notes: [
      "Of each run the measure that is furthest off for its tolerance.",
      TOLERANCES,
      ...unexpected > 0
        ? [`Not the same bits, though engine, options and processor have the same names: ${unexpected} runs.`]
        : [],
    ],
  };
}

const byName = (records: readonly RunRecord[]): Map<string, RunRecord> =>
  new Map(records.map((record) => [recordName(record), record]));

/**
 * The kept records, those of repeated runs in place of their own, and with them runs of this machine on data or of models
 * that no kept run is of. Other runs of the same would be mixed with the kept ones in one row of a table.
 */
export function unitedRecords(kept: readonly RunRecord[], own: readonly RunRecord[]): RunRecord[] {
  const repeated = byName(own);
  const group = ({ experiment, profile, model, data }: RunRecord) =>
    JSON.stringify([experiment, profile, model, data.name]);
  const groups = new Set(kept.map(group));
  return [
    ...kept.map((record) => repeated.get(recordName(record)) ?? record),
    // Models of a user's own stand in that user's tables alone.
    ...own.filter((record) => !groups.has(group(record)) && !("build" in record.configuration)),
  ];
}

/** What a run of `reproduce` tells of the kept records of some experiments. */
interface Reproduced {
  kept: RunRecord[];
  /** Those, with what was run here in their place (see `unitedRecords`). */
  records: RunRecord[];
  /** Of every kept run that was repeated, wholly or from its beginning. */
  comparisons: Comparison[];
}

/** Reads the records of some experiments, of all without a list, and compares the repeated ones. */
export async function reproduced(
  experiments?: readonly string[],
  folder = LOCAL_RECORDS,
): Promise<Reproduced> {
  const [all, own, beginnings] = await Promise.all(
    [KEPT_RECORDS, folder, LOCAL_BEGINNINGS].map(readRecords),
  ) as [RunRecord[], RunRecord[], RunRecord[]];
  const wanted = ({ experiment }: RunRecord) => experiments?.includes(experiment) ?? true;
  const kept = all.filter(wanted);
  const repeated = byName([...beginnings, ...own]);
  return {
    kept,
    records: unitedRecords(kept, own.filter(wanted)),
    comparisons: kept.flatMap((record) => {
      const now = repeated.get(recordName(record));
      return now?.status === "complete" ? [compareRuns(record, now, all)] : [];
    }),
  };
}

/** Where records are from, in a line: "3 of 54 runs repeated here: 3 equal; 51 from results/records". */
export function sourceLine(records: readonly RunRecord[], kept: readonly RunRecord[]): string {
  const keptRuns = byName(kept);
  const known = records.filter((record) => keptRuns.has(recordName(record)));
  const isKept = (record: RunRecord) => keptRuns.get(recordName(record))?.date === record.date;
  const repeated = known.filter((record) => !isKept(record));
  const comparisons = repeated.map((now) => compareRuns(keptRuns.get(recordName(now))!, now, kept));
  const made = records.length - known.length;
  const read = known.length - repeated.length;
  const runs = read < records.length ? "" : " runs";
  return [
    ...made > 0 ? [`${made} runs made here`] : [],
    ...repeated.length > 0 ? [repeatedLine(comparisons, known.length)] : [],
    ...read > 0 ? [`${read}${runs} from results/records (SPIN_REPEAT=all makes them again)`] : [],
  ].join("; ");
}

/** Where the records of `run` since the last call are from, and which it left out: a notebook's line. */
export async function runSources(): Promise<string> {
  const { records, needs } = sinceLast();
  const counts = Map.groupBy(needs, (one) => one);
  return [
    ...records.length > 0 ? [sourceLine(records, await readRecords(KEPT_RECORDS))] : [],
    ...[...counts].map(([what, { length }]) => `${length} runs left out: they need ${what}`),
  ].join("; ");
}
