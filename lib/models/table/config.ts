import { UserError } from "../../errors.ts";
import { type AttentionOptions, DEFAULT_ATTENTION } from "../../nn/mab.ts";
import { checkNames } from "../../options.ts";
import type { ColumnLayout } from "./columns.ts";

export const MODEL_KINDS = [
  "spin",
  "npt",
  "set-transformer",
  "perceiver-d",
  "perceiver-e",
  "only-aba",
  "only-abd",
] as const;
export type ModelKind = typeof MODEL_KINDS[number];

export const PREDICTOR_KINDS = ["flat", "nested"] as const;
type PredictorKind = typeof PREDICTOR_KINDS[number];

export const READOUT_KINDS = ["weights", "context"] as const;
export type ReadoutKind = typeof READOUT_KINDS[number];

/** A table model as plain data. Names and defaults follow the paper and `npt/configs.py` of its code. */
export interface TableModelConfig extends AttentionOptions {
  model: ModelKind;
  /** Width e of one embedded cell. */
  embedding: number;
  /** Number L of attention blocks, counted one by one. */
  depth: number;
  /** Number of datapoint inducing points (rows of H_D; points between rows of the Set Transformer). */
  h: number;
  /** Number of attribute inducing points (rows of H_A; points between attributes of the Set Transformer). */
  f: number;
  /** Self-attention between the latent attributes after each XABA (SPIN, perceiver-e) or XABD (perceiver-d). */
  abla: boolean;
  /** SPIN: query cells attend to H_A of their own row before they attend to H_D. */
  decoderBoth: boolean;
  /**
   * SPIN: how queries attend to H_D. `flat` (the reference): a whole row of width d·e is one query, with
   * (d·e)² weights. `nested` (ours): every cell is a query of width e over the h·f latent tokens of H_D,
   * so that weights and cost grow linearly with d.
   */
  predictor: PredictorKind;
  /**
   * How many bins the encoding of numbers has: a number enters as the share of each bin that lies below it, beside the
   * number itself (piecewise linear encoding, Gorishniy et al. 2022, section 3.2). 0, the reference: the number alone.
   */
  bins: number;
  /**
   * How labels are predicted from what the model makes of a row. `weights`, the reference: by learned weights. `context`
   * (ours): by weights that are solved from the labels of the context (`readout.ts`), so that labels are never kept in
   * the weights of the model alone.
   */
  readout: ReadoutKind;
}

const DEFAULT_CONFIG: TableModelConfig = {
  ...DEFAULT_ATTENTION,
  model: "spin",
  embedding: 64,
  depth: 8,
  h: 10,
  f: 10,
  abla: true,
  decoderBoth: true,
  predictor: "flat",
  bins: 0,
  readout: "weights",
};

const COUNTS = ["embedding", "heads", "depth", "h", "f", "rffDepth"] as const;
const SHARES = ["hiddenDropout", "attentionDropout"] as const;
const MOST_BINS = 256;
const EVEN_DEPTH: ModelKind[] = ["spin", "npt", "set-transformer"];
const USES_F: ModelKind[] = ["spin", "perceiver-e"];

/** Fills in defaults. @throws UserError for an unknown name, and for what does not fit the columns */
export function completeConfig(given: Partial<TableModelConfig>, layout: ColumnLayout): TableModelConfig {
  checkNames(given, Object.keys(DEFAULT_CONFIG), "model");
  const config = { ...DEFAULT_CONFIG, ...given };
  const { model, embedding, heads, depth, f, bins, predictor } = config;
  const expect = (holds: boolean, option: keyof TableModelConfig, expected: string) => {
    if (holds) return;
    const found = JSON.stringify(config[option]);
    throw new UserError(`Model option "${option}": expected ${expected}, found ${found}.`);
  };
  const expectOneOf = (option: "model" | "predictor" | "readout", names: readonly string[]) =>
    expect(names.includes(config[option]), option, `one of ${names.join(", ")}`);
  for (const option of COUNTS) {
    expect(Number.isInteger(config[option]) && config[option] > 0, option, "a positive integer");
  }
  const few = Number.isInteger(bins) && bins >= 0 && bins <= MOST_BINS;
  expect(few, "bins", `a whole number from 0 to ${MOST_BINS}`);
  for (const option of SHARES) {
    expect(config[option] >= 0 && config[option] < 1, option, "a number in [0, 1)");
  }
  expectOneOf("model", MODEL_KINDS);
  expectOneOf("predictor", PREDICTOR_KINDS);
  expectOneOf("readout", READOUT_KINDS);
  expect(embedding % heads === 0, "heads", `a divisor of the embedding width ${embedding}`);
  if (EVEN_DEPTH.includes(model)) {
    expect(depth % 2 === 0, "depth", `an even number, because ${model} alternates blocks`);
  }
  if (USES_F.includes(model)) expect(f <= layout.d, "f", `at most the number of columns ${layout.d}`);
  expect(
    model !== "spin" || predictor !== "nested" || config.decoderBoth,
    "decoderBoth",
    "true with the nested predictor, whose queries otherwise see nothing of their row",
  );
  return config;
}
