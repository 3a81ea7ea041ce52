/** Runs as the explorer shows them: kept ones, a user's own, and the authors' figures. Runs in a browser, too. */
import type { Json, RunRecord } from "../results/record.ts";

export const SOURCES = ["kept", "mine", "authors"] as const;
export type Source = (typeof SOURCES)[number];

/** A record with where it is from. */
export interface RecordedRun {
  source: "kept" | "mine";
  /** Its file, in the folder of records. */
  file: string;
  record: RunRecord;
}

/** A figure of the authors; of its run nothing else is known. */
export interface PublishedRun {
  source: "authors";
  experiment: string;
  model: string;
  data: string;
  metrics: Record<string, number | null>;
  /** Where it stands. */
  note: string;
}

export type SiteRun = RecordedRun | PublishedRun;

/** Cells of a run by the name of their column; measures stand beside what tells the run from others. */
export type Row = Record<string, string | number | null>;

/** Columns that every run has; the others are measures. */
export const COLUMNS = ["source", "experiment", "profile", "set", "model", "fold", "seed", "steps"] as const;
export const COSTS = ["parameters", "training seconds", "step bytes"] as const;

export function rowOf(run: SiteRun): Row {
  if (run.source === "authors") {
    const { experiment, model, data, metrics } = run;
    const base = { source: "authors", experiment, profile: "published", set: data, model };
    return { ...base, fold: null, seed: null, steps: null, ...metrics };
  }
  const { source, record } = run;
  const { experiment, profile, model, data, fold, seed, steps, parameters, seconds, memory } = record;
  return {
    source,
    experiment,
    profile,
    set: data.name,
    model,
    fold: fold?.index ?? null,
    seed,
    steps,
    ...record.metrics,
    parameters,
    "training seconds": steps > 0 ? seconds.train : null,
    "step bytes": memory.compiledBytes,
  };
}

/** The names of the measures of some runs, in the order of their appearance. */
export const measuresOf = (runs: readonly SiteRun[]): string[] => [
  ...new Set(runs.flatMap((run) => Object.keys(run.source === "authors" ? run.metrics : run.record.metrics))),
];

/** Runs in the order of experiments; those of no experiment, such as of a panel, come last. */
export function inOrder(runs: readonly RecordedRun[], experiments: readonly string[]): RecordedRun[] {
  const place = ({ record }: RecordedRun) => {
    const index = experiments.indexOf(record.experiment);
    return index < 0 ? experiments.length : index;
  };
  return runs.toSorted((a, b) => place(a) - place(b));
}

/** Plain values in an object, by names with dots between them: "model.embedding". */
export function flatten(value: Json, name = ""): Record<string, string | number | boolean | null> {
  if (Array.isArray(value)) return { [name]: JSON.stringify(value) };
  if (typeof value !== "object" || value === null) return { [name]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) => flatten(inner, name ? `${name}.${key}` : key)),
  );
}

/** Everything that a run was told, and what it ran on and with. */
export function optionsOf(run: SiteRun): Record<string, string | number | boolean | null> {
  if (run.source === "authors") {
    const { experiment, model, data, note } = run;
    return { experiment, model, data, note };
  }
  const { experiment, profile, model, data, fold, seed, configuration, ...rest } = run.record;
  const { engine, environment, date } = rest;
  const told = { experiment, profile, model, data, fold, seed, configuration, engine, environment, date };
  return flatten(told as unknown as Json);
}

interface CurvePoint {
  /** "step" or "context". */
  x: string;
  at: number;
  values: Record<string, number>;
}

/** All curves in the details of a run: lists whose members have a step, or a number of context points. */
export function curvesOf(run: SiteRun): CurvePoint[] {
  if (run.source === "authors") return [];
  return Object.values(run.record.details as Record<string, Json>).flatMap((list) => {
    if (!Array.isArray(list)) return [];
    return list.flatMap((point) => {
      if (typeof point !== "object" || point === null || Array.isArray(point)) return [];
      const x = ["step", "context"].find((name) => typeof point[name] === "number");
      if (!x) return [];
      const values = Object.entries(point).filter(([name, value]) => name !== x && typeof value === "number");
      return [{ x, at: point[x] as number, values: Object.fromEntries(values) as Record<string, number> }];
    });
  });
}

/** Options that are numbers, and not the same in all of these runs: what measures may be drawn against. */
export function varyingNumbers(runs: readonly SiteRun[]): string[] {
  const options = runs.filter(({ source }) => source !== "authors").map(optionsOf);
  const names = new Set(options.flatMap((one) => Object.keys(one)));
  return [...names].filter((name) => {
    if (!name.startsWith("configuration.")) return false;
    const values = options.flatMap((one) => (typeof one[name] === "number" ? [one[name]] : []));
    return new Set(values).size > 1;
  });
}

/** An option's name without the words that all have. */
export const optionLabel = (name: string): string =>
  name.replace(/^configuration\./, "").replace(/^environment\./, "");

/** A number for readers: four significant digits, whole numbers in full. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}
