/** Records of many windows, put together over seeds. */
import { type RunRecord, spread } from "../../results/mod.ts";
import { canonicalJson } from "../../results/record.ts";

/** R² of the test haplotypes and that of the train frequency: means over windows and seeds; NaN without windows. */
export interface Part {
  r2: number;
  frequency: number;
  /** Over seeds; NaN for a single one. */
  error: number;
  windows: { name: string; r2: number; frequency: number }[];
}

export interface ManyResult {
  model: string;
  label: string;
  profile: string;
  size: number;
  proportion: number;
  /** Whole rows masked, or single cells. */
  chunkMask: boolean;
  labelMask: number;
  steps: number;
  seeds: number;
  seen: Part;
  unseen: Part;
}

const LABELS: Record<string, string> = { spin: "SPIN", npt: "NPT" };

/** What makes runs the same but for their seed. */
const keyOf = ({ profile, model, data, configuration: { proportion, chunkMask } }: RunRecord): string =>
  canonicalJson([profile, model, data.name, proportion!, chunkMask ?? false]);

/** One result for each model, choice of windows, share and way of masking: of its configuration that ran last. */
export function manyResults(records: readonly RunRecord[]): ManyResult[] {
  const runs = records.filter(({ experiment, status }) =>
    experiment === "imputation-many" && status === "complete"
  );
  return [...Map.groupBy(runs, keyOf).values()].map((own) => {
    const { configuration } = own.reduce((a, b) => (a.date >= b.date ? a : b));
    return resultOf(own.filter((run) => canonicalJson(run.configuration) === canonicalJson(configuration)));
  }).sort((a, b) => a.size - b.size || a.proportion - b.proportion || b.model.localeCompare(a.model));
}

function resultOf(runs: readonly RunRecord[]): ManyResult {
  const [{ model, profile, configuration, steps }] = runs as [RunRecord];
  return {
    model,
    label: LABELS[model] ?? model,
    profile,
    size: configuration["size"] as number,
    proportion: configuration["proportion"] as number,
    chunkMask: configuration["chunkMask"] === true,
    labelMask: configuration["labelMask"] as number,
    steps,
    seeds: runs.length,
    seen: partOf(runs, "seen"),
    unseen: partOf(runs, "unseen"),
  };
}

function partOf(runs: readonly RunRecord[], part: "seen" | "unseen"): Part {
  const values = (name: string) => spread(runs.map(({ metrics }) => metrics[name] ?? NaN));
  const names = Object.keys(runs[0]!.metrics).flatMap((name) =>
    new RegExp(`^${part} (.+) r2$`).exec(name)?.[1] ?? []
  );
  return {
    r2: values(`${part} r2`).mean,
    frequency: values(`${part} frequency`).mean,
    error: values(`${part} r2`).standardError,
    windows: names.map((name) => ({
      name,
      r2: values(`${part} ${name} r2`).mean,
      frequency: values(`${part} ${name} frequency`).mean,
    })),
  };
}

/** Two trainings that differ in nothing but the masking of labels: whole rows, then single cells. */
export function maskingPairs(results: readonly ManyResult[]): [ManyResult, ManyResult][] {
  return results.filter(({ chunkMask }) => chunkMask).flatMap((rows): [ManyResult, ManyResult][] => {
    const cells = results.find((other) =>
      !other.chunkMask && alike(rows, other) && other.labelMask === rows.labelMask
    );
    return cells ? [[rows, cells]] : [];
  });
}

/** Whether two results are of the same profile, model, windows and share. */
const alike = (a: ManyResult, b: ManyResult): boolean =>
  a.profile === b.profile && a.model === b.model && a.size === b.size && a.proportion === b.proportion &&
  a.seen.windows.length === b.seen.windows.length;

/** The trainings with all samples, without those with single cells masked that a pair has. */
export function wholeResults(results: readonly ManyResult[]): ManyResult[] {
  const cells = maskingPairs(results).map(([, cells]) => cells);
  return results.filter((result) => result.proportion === 1 && !cells.includes(result));
}

/** The trainings of the size that most shares were run at, if there are several shares. */
export function shareResults(results: readonly ManyResult[]): ManyResult[] {
  const sizes = Map.groupBy(results, ({ size }) => size);
  const shares = (own: ManyResult[]) => new Set(own.map(({ proportion }) => proportion)).size;
  const most = [...sizes.values()].reduce((a, b) => (shares(b) > shares(a) ? b : a), []);
  return shares(most) > 1 ? most.filter(({ chunkMask }) => chunkMask) : [];
}
