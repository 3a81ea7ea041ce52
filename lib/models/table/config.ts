import { UserError } from "../../errors.ts";
import type { AttentionOptions } from "../../nn/mab.ts";
import { DEFAULT_ATTENTION } from "../../nn/mab.ts";
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

/**
 * Fills in defaults and checks that a model of this configuration exists for these columns.
 *
 * @throws UserError naming the option, what was expected and what was found; for a name that no configuration has.
 */
export function completeConfig(given: Partial<TableModelConfig>, layout: ColumnLayout): TableModelConfig {
  checkNames(given, Object.keys(DEFAULT_CONFIG), "model");
  const config = { ...DEFAULT_CONFIG, ...given };
  for (const option of COUNTS) {
    expect(
      Number.isInteger(config[option]) && config[option] > 0,
      option,
      "a positive integer",
      config[option],
    );
  }
  expect(
    Number.isInteger(config.bins) && config.bins >= 0 && config.bins <= MOST_BINS,
    "bins",
    `a whole number from 0 to ${MOST_BINS}`,
    config.bins,
  );
  for (const option of SHARES) {
    expect(config[option] >= 0 && config[option] < 1, option, "a number in [0, 1)", config[option]);
  }
  expect(MODEL_KINDS.includes(config.model), "model", `one of ${MODEL_KINDS.join(", ")}`, config.model);
  expect(
    PREDICTOR_KINDS.includes(config.predictor),
    "predictor",
    `one of ${PREDICTOR_KINDS.join(", ")}`,
    config.predictor,
  );
  expect(
    READOUT_KINDS.includes(config.readout),
    "readout",
    `one of ${READOUT_KINDS.join(", ")}`,
    config.readout,
  );
  expect(
    config.embedding % config.heads === 0,
    "heads",
    `a divisor of the embedding width ${config.embedding}`,
    config.heads,
  );
  if (EVEN_DEPTH.includes(config.model)) {
    expect(
      config.depth % 2 === 0,
      "depth",
      `an even number, because ${config.model} alternates blocks`,
      config.depth,
    );
  }
  if (USES_F.includes(config.model)) {
    expect(config.f <= layout.d, "f", `at most the number of columns ${layout.d}`, config.f);
  }
  if (config.model === "spin" && config.predictor === "nested") {
    expect(
      config.decoderBoth,
      "decoderBoth",
      "true with the nested predictor, whose queries otherwise see nothing of their row",
      config.decoderBoth,
    );
  }
  return config;
}

function expect(holds: boolean, option: string, expected: string, found: unknown): void {
  if (!holds) {
    throw new UserError(`Model option "${option}": expected ${expected}, found ${JSON.stringify(found)}.`);
  }
}
