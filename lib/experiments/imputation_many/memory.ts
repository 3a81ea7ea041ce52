import type { ModelColumn, TableModelConfig } from "../../models/table/mod.ts";
import { logLog } from "../../plots/mod.ts";
import { cell, NOTHING, type RunRecord, type TableView } from "../../results/mod.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import {
  type Experiment,
  present,
  recordsOf,
  type Report,
  type Run,
  runOf,
  type Settings,
  settingsOf,
} from "../experiment.ts";
import { generatedData } from "../run.ts";
import { compiledStep } from "../table_run.ts";

/** `spin-flat` has the reference's predictor, `spin` the nested one. */
const MODELS = ["spin", "spin-flat", "npt"] as const;
type MemoryModel = (typeof MODELS)[number];

interface ManyMemorySettings extends Settings {
  models: string[];
  /** Targets of a window. */
  sizes: number[];
  /** Haplotypes in the one batch. */
  rows: number;
  /** Width e of a cell; the published one is 64. */
  embedding: number;
  /** A smaller width, at which SPIN and NPT are compared at the largest size. */
  narrow: number;
}

/** Sites of a window, alleles of a word, blocks and inducing points: those of the paper's windows (`scripts/SPIN_scripts.sh`). */
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

/** Width, then size, then model. The profile of their records is the same in all profiles. */
function runs({ models, sizes, rows, embedding, narrow }: ManyMemorySettings): Run[] {
  const of = (model: MemoryModel, size: number, embedding: number): Run =>
    runOf({
      experiment: "imputation-memory",
      words: [`e${embedding}`, size, model],
      data: `${size} targets, e ${embedding}`,
      model,
      of: generatedData(`haplotypes-${rows}x${SITES}+${size}`),
      seed: 0,
      configuration: { size, rows, embedding, depth: DEPTH, h: POINTS, f: POINTS },
      execute: () =>
        Promise.resolve(compiledStep({
          model: modelOf(model, embedding),
          optimizer: DEFAULT_OPTIMIZER,
          labelMask: 0.15,
          featureMask: 0.15,
          maskToken: 1,
          seed: 0,
        }, { columns: columnsOf(size), rows })),
    });
  const chosen = MODELS.filter((model) => models.includes(model));
  return [
    ...sizes.flatMap((size) => chosen.map((model) => of(model, size, embedding))),
    ...chosen.filter((model) => model !== "spin-flat").map((model) => of(model, Math.max(...sizes), narrow)),
  ];
}

/** Compiled memory of a training step on a window of genotypes, all haplotypes in one batch: compiled, not run. */
export const imputationMemory: Experiment<ManyMemorySettings> = {
  name: "imputation-memory",
  notebook: "08_genotype_meta_learning",
  settings: settingsOf<ManyMemorySettings>(() => (
    { models: [...MODELS], sizes: [100, 200, 300], rows: 600, embedding: 32, narrow: 16 }
  ), { models: MODELS }),
  runs,
  report,
};

const LABELS: Record<MemoryModel, string> = { spin: "SPIN", "spin-flat": "SPIN, flat", npt: "NPT" };
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

interface Measured {
  size: number;
  embedding: number;
  rows: number;
  peak(model: MemoryModel): number;
}

/** The widest first, then by size. */
function measuredOf(records: readonly RunRecord[]): Measured[] {
  const at = ({ configuration }: RunRecord) => configuration as unknown as Omit<Measured, "peak">;
  const groups = Map.groupBy(records, (run) => `${at(run).embedding} ${at(run).size}`);
  return [...groups.values()].map((own): Measured => ({
    ...at(own[0]!),
    peak: (model) => own.find((run) => run.model === model)?.metrics["peak"] ?? NaN,
  })).sort((a, b) => b.embedding - a.embedding || a.size - b.size);
}

/** Peak memory by size and model, and each as a share of NPT's. */
function table(measured: readonly Measured[]): TableView {
  const models = MODELS.filter((model) => measured.some(({ peak }) => !Number.isNaN(peak(model))));
  const textOf = (model: MemoryModel, { peak }: Measured): string => {
    const share = peak(model) / peak("npt");
    if (Number.isNaN(peak(model))) return NOTHING;
    return model === "npt" || Number.isNaN(share)
      ? megabytes(peak(model))
      : `${megabytes(peak(model))} (${share.toFixed(2)})`;
  };
  return {
    title: "Memory of a training step on a window of genotypes",
    head: ["targets, e", ...models.map((model) => LABELS[model])],
    rows: measured.map((one) => ({
      label: `${one.size}, ${one.embedding}`,
      cells: models.map((model) => cell(textOf(model, one))),
    })),
    notes: [
      `Compiled peak with parameters and optimiser state: ${measured[0]?.rows} haplotypes in one batch, ` +
      "150 sites, words of 5, cells e wide, 4 blocks, 10 inducing points. In brackets the share of NPT's. " +
      'SPIN has the nested predictor, "flat" the reference\'s.',
    ],
  };
}

/** The most of NPT's memory that SPIN may need for windows of this many targets. */
const CLAIM = { targets: 300, share: 0.2 };

function verdictOf(measured: readonly Measured[]): string {
  return measured.filter(({ size }) => size === CLAIM.targets).flatMap(({ embedding, peak }) => {
    const share = peak("spin") / peak("npt");
    if (Number.isNaN(share)) return [];
    const words = share <= CLAIM.share ? "at most a fifth" : "more than a fifth";
    const needs = `SPIN needs ${share.toFixed(2)} of NPT's, ${words}.`;
    return [`- Memory of a step, ${CLAIM.targets} targets, e = ${embedding}: ${needs}`];
  }).join("\n");
}

function report(records: readonly RunRecord[]): Report {
  const measured = measuredOf(recordsOf(records, "imputation-memory"));
  const widest = measured.filter(({ embedding }) => embedding === measured[0]!.embedding);
  const points = widest.flatMap(({ size, peak }) =>
    MODELS.map((model) => ({ series: LABELS[model], x: size, y: peak(model) }))
  ).filter(({ y }) => !Number.isNaN(y));
  const figure = {
    title: "Memory of a training step against the targets of a window",
    x: { label: "targets" },
    y: { label: "compiled peak", unit: "bytes" as const },
  };
  return {
    tables: { memory: table(measured) },
    figures: present({ memory: points.length > 1 && logLog(points, figure) }),
    verdict: verdictOf(measured),
  };
}
