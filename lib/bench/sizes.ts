/** What is timed: models, sizes, contenders. Plain data that goes to the measuring processes as JSON. */

/** One training step to time; the PyTorch twin reads the same names. */
export interface StepConfig {
  model: "spin" | "npt";
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

export type Size = Omit<StepConfig, "model" | "predictor" | "seed">;

/** The models by the names they are printed with. */
export const BENCH_MODELS = {
  "SPIN, flat": { model: "spin", predictor: "flat" },
  "SPIN, nested": { model: "spin", predictor: "nested" },
  "NPT": { model: "npt", predictor: "flat" },
} as const;
export type BenchModel = keyof typeof BENCH_MODELS;

/** Boston housing as the paper's code types it: CHAS and RAD are categories. */
export const BOSTON: Size = {
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
export const SMALL: Size = { ...BOSTON, rows: 64, embedding: 8, depth: 2, heads: 2, h: 5, f: 5 };

/** "506 x 14, e=32, L=8, 8 heads, h=10, f=10, dropout 0.1" */
export const describeSize = ({ rows, columns, embedding, depth, heads, h, f, dropout }: Size): string =>
  `${rows} x ${columns.length}, e=${embedding}, L=${depth}, ${heads} heads, h=${h}, f=${f}, dropout ${dropout}`;
