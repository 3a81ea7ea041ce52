import { countParameters, type ModelColumn, type TableModelConfig } from "../../models/table/mod.ts";
import { type Settings, settingsOf } from "../experiment.ts";

/** The models whose cost is compared; `spin` has the nested predictor, `spin-flat` the reference's. */
const SCALED = ["spin", "spin-flat", "npt", "set-transformer"] as const;
export type Scaled = (typeof SCALED)[number];

/** What both measurements take. */
export interface ScalingSettings extends Settings {
  models: string[];
  /** Width e and heads of all models; depth 2: one block of each kind. */
  width: number;
  heads: number;
  h: number;
  f: number;
  /** What needs no more bytes than this is run, and timed. */
  timedBelow: number;
  /** Models are left out of sizes at which they have more parameters than this. */
  mostParameters: number;
  seed: number;
}

const DEFAULTS = {
  models: [...SCALED],
  width: 8,
  heads: 2,
  h: 10,
  f: 8,
  mostParameters: 60e6,
  seed: 42,
};

/** Training steps against rows and columns; the same in all profiles. */
export interface StepCostSettings extends ScalingSettings {
  /** Rows of tables with d columns, and columns of tables with n rows. */
  rows: number[];
  d: number;
  columns: number[];
  n: number;
}

/** Memory and time of predictions against training rows; the same in all profiles. */
export interface PredictionCostSettings extends ScalingSettings {
  /** Training rows, of d columns. */
  rows: number[];
  d: number;
  queries: number;
}

/** The settings of step-cost. @throws UserError for an unknown model, with the nearest ones */
export const stepCostSettings = settingsOf<StepCostSettings>(() => ({
  ...DEFAULTS,
  rows: [1024, 4096, 16384],
  d: 14,
  columns: [64, 128, 256],
  n: 256,
  timedBelow: 1e9,
}), { models: SCALED });

/** The settings of prediction-cost. @throws UserError for an unknown model, with the nearest ones */
export const predictionCostSettings = settingsOf<PredictionCostSettings>(() => (
  { ...DEFAULTS, rows: [512, 2048, 8192], d: 14, queries: 128, timedBelow: 2e9 }
), { models: SCALED });

export function scaledModel(
  model: Scaled,
  { width: embedding, heads, h, f }: ScalingSettings,
): Partial<TableModelConfig> {
  const kind = model === "spin-flat" ? "spin" : model;
  const predictor = model === "spin" ? "nested" : "flat";
  return { model: kind, predictor, decoderBoth: kind === "spin", embedding, heads, depth: 2, h, f };
}

export const numericColumns = (d: number): ModelColumn[] =>
  Array.from({ length: d }, () => ({ kind: "numeric", classes: [] }));

export const isSmallEnough = (model: Scaled, d: number, settings: ScalingSettings): boolean =>
  countParameters(scaledModel(model, settings), numericColumns(d)) <= settings.mostParameters;

/** What a record's configuration has of its settings. */
export const scalingConfiguration = (model: Scaled, settings: ScalingSettings) => {
  const { width: embedding, heads, h, f, timedBelow, mostParameters, seed } = settings;
  return { embedding, heads, h, f, timedBelow, mostParameters, seed, ...scaledModel(model, settings) };
};
