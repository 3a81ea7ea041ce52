/** What is timed: programs, sizes, systems. Plain data that goes to the measuring processes as JSON. */

/** A training step of a table model; the PyTorch twin reads the same names. */
export interface TableStep {
  kind: "table";
  model: "spin" | "npt" | "set-transformer";
  predictor: "flat" | "nested";
  rows: number;
  /** Classes of each column, 0 for a numeric one. */
  columns: number[];
  embedding: number;
  depth: number;
  heads: number;
  h: number;
  f: number;
  dropout: number;
  seed: number;
}

/** A training step of IPNP: latent path, ABLA on the inducing points, no H_A, one sample. */
export interface BenchProcess {
  kind: "process";
  /** Context and target points of a task. */
  context: number;
  targets: number;
  batch: number;
  width: number;
  induce: number;
  seed: number;
}

export type StepConfig = TableStep | BenchProcess;

/** A size of tables without the model. */
export type TableSize = Omit<TableStep, "kind" | "model" | "predictor" | "seed">;

/** The models by the names they are printed with. */
export const BENCH_MODELS = {
  "SPIN, flat": { model: "spin", predictor: "flat" },
  "SPIN, nested": { model: "spin", predictor: "nested" },
  "NPT": { model: "npt", predictor: "flat" },
} as const;
export type BenchModel = keyof typeof BENCH_MODELS;

/** Boston housing as the paper's code types it: CHAS and RAD are categories. */
export const BOSTON: TableSize = {
  rows: 506,
  columns: [0, 0, 0, 2, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0],
  embedding: 32,
  depth: 8,
  heads: 8,
  h: 10,
  f: 10,
  dropout: 0.1,
};

/** The same columns, small enough for the engines that interpret. */
export const SMALL: TableSize = { ...BOSTON, rows: 64, embedding: 8, depth: 2, heads: 2, h: 5, f: 5 };

/** A batch of a window of genotypes: 150 known and 100 unknown SNPs as words of five, the published widths. */
export const IMPUTATION: TableSize = {
  rows: 256,
  columns: Array<number>(50).fill(33),
  embedding: 64,
  depth: 4,
  heads: 4,
  h: 10,
  f: 10,
  dropout: 0.4,
};

/** IPNP with the published widths and so many points. */
export const processSize = (context: number, targets: number): Omit<BenchProcess, "seed"> => ({
  kind: "process",
  context,
  targets,
  batch: 16,
  width: 128,
  induce: 16,
});

export const tableStep = (model: BenchModel, size: TableSize, seed: number): TableStep => ({
  kind: "table",
  ...size,
  ...BENCH_MODELS[model],
  seed,
});

/** "506 x 14, e=32, L=8, 8 heads, h=10, f=10, dropout 0.1", "32 + 32 points, batch 16, width 128, 16 inducing points" */
export function describeSize(config: TableSize | Omit<BenchProcess, "seed">): string {
  if ("context" in config) {
    const { context, targets, batch, width, induce } = config;
    return `${context} + ${targets} points, batch ${batch}, width ${width}, ${induce} inducing points`;
  }
  const { rows, columns, embedding, depth, heads, h, f, dropout } = config;
  return `${rows} x ${columns.length}, e=${embedding}, L=${depth}, ${heads} heads, h=${h}, f=${f}, dropout ${dropout}`;
}
