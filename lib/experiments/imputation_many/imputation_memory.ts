import { logLog } from "../../plots/mod.ts";
import type { RunIdentity, RunRecord, TableView } from "../../results/mod.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import type { ModelColumn, TableModelConfig } from "../../models/table/mod.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { LOCAL_RECORDS } from "../profiles.ts";
import { generatedData, type Outcome, recorded } from "../record.ts";
import { compiledStep } from "../scaling/step_memory.ts";

/** `spin-flat` has the reference's predictor, `spin` the nested one. */
export const MEMORY_MODELS = ["spin", "spin-flat", "npt"] as const;
export type MemoryModel = (typeof MEMORY_MODELS)[number];

export interface ImputationMemoryConfig {
  models: MemoryModel[];
  /** Targets of a window. */
  sizes: number[];
  /** Haplotypes in the one batch. */
  rows: number;
  /** Width e of a cell; the published one is 64. */
  embedding: number;
  records?: string;
}

/** Sites of a window, alleles of a word, blocks and inducing points: those of the paper's windows (reference section 5.1). */
const [SITES, WORD, DEPTH, POINTS] = [150, 5, 4, 10];
const CLASSES = 2 ** WORD + 1;

const modelOf = (model: MemoryModel, embedding: number): Partial<TableModelConfig> => ({
  model: model === "npt" ? "npt" : "spin",
  predictor: model === "spin" ? "nested" : "flat",
  decoderBoth: model === "spin",
  embedding,
  heads: 4,
  depth: DEPTH,
  h: POINTS,
  f: POINTS,
});

const columnsOf = (size: number): ModelColumn[] =>
  Array.from({ length: (SITES + size) / WORD }, () => ({
    kind: "categorical",
    classes: Array.from({ length: CLASSES }, (_, c) => String(c)),
  }));

/**
 * Compiled memory of a training step on a window of genotypes, all haplotypes in one batch: compiled, not run. What has a record is
 * read.
 */
export async function runImputationMemory(config: ImputationMemoryConfig): Promise<RunRecord[]> {
  const { models, sizes, rows, embedding, records: folder = LOCAL_RECORDS } = config;
  const runs = sizes.flatMap((size) => models.map((model) => ({ size, model })));
  const bar = progress(runs.length, { label: "compiling training steps" });
  const records: RunRecord[] = [];
  for (const { size, model } of runs) {
    if (stopRequested()) break;
    records.push(
      (await recorded(
        folder,
        memoryIdentity(model, size, rows, embedding),
        () => Promise.resolve(measure(model, size, rows, embedding)),
      ))!,
    );
    bar.update(records.length);
  }
  await bar.done();
  return records;
}

/** What the record of a model's memory is known by. */
export const memoryIdentity = (
  model: MemoryModel,
  size: number,
  rows: number,
  embedding: number,
): RunIdentity => ({
  experiment: "imputation-memory",
  profile: "quick",
  model,
  data: generatedData(`haplotypes-${rows}x${SITES}+${size}`),
  fold: null,
  seed: 0,
  configuration: { size, rows, embedding, depth: DEPTH, h: POINTS, f: POINTS },
});

const measure = (name: MemoryModel, size: number, rows: number, embedding: number): Outcome =>
  compiledStep({
    model: modelOf(name, embedding),
    optimizer: DEFAULT_OPTIMIZER,
    labelMask: 0.15,
    featureMask: 0.15,
    maskToken: 1,
    seed: 0,
  }, { columns: columnsOf(size), rows });

const LABELS: Record<MemoryModel, string> = { spin: "SPIN", "spin-flat": "SPIN, flat", npt: "NPT" };
const sizeOf = ({ configuration }: RunRecord): number => configuration["size"] as number;
const ofMemory = (records: readonly RunRecord[]) =>
  records.filter(({ experiment }) => experiment === "imputation-memory");
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** Peak memory by size and model, and each as a share of NPT's. */
export function imputationMemoryTable(records: readonly RunRecord[]): TableView {
  const runs = ofMemory(records);
  const sizes = [...new Set(runs.map(sizeOf))].sort((a, b) => a - b);
  const models = MEMORY_MODELS.filter((model) => runs.some((run) => run.model === model));
  const peak = (model: string, size: number) =>
    runs.find((run) => run.model === model && sizeOf(run) === size)?.metrics["peak"] ?? NaN;
  const { rows, embedding } = runs[0]?.configuration ?? {};
  return {
    title: "Memory of a training step on a window of genotypes",
    head: ["targets", ...models.map((model) => LABELS[model])],
    rows: sizes.map((size) => ({
      label: String(size),
      cells: models.map((model) => {
        const share = peak(model, size) / peak("npt", size);
        const text = megabytes(peak(model, size));
        return {
          text: model === "npt" || Number.isNaN(share) ? text : `${text} (${share.toFixed(2)})`,
          best: false,
        };
      }),
    })),
    notes: [
      `Compiled peak with parameters and optimiser state: ${rows} haplotypes in one batch, 150 sites, words of 5, e = ${embedding}, ` +
      "4 blocks, 10 inducing points. In brackets the share of NPT's. SPIN has the nested predictor, \"flat\" the reference's.",
    ],
  };
}

/** The same as a figure. */
export const imputationMemoryFigure = (records: readonly RunRecord[]) =>
  logLog(
    ofMemory(records).map((run) => ({
      series: LABELS[run.model as MemoryModel],
      x: sizeOf(run),
      y: run.metrics["peak"]!,
    })),
    {
      title: "Memory of a training step against the targets of a window",
      x: { label: "targets" },
      y: { label: "compiled peak", unit: "bytes" },
    },
  );
