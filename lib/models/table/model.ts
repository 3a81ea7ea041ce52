import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import type { Rng } from "../../engine/random.ts";
import { expectShape } from "../../nn/layers.ts";
import { createInit, type Init, type Parameter } from "../../nn/parameters.ts";
import { perceiverDCore, perceiverECore, transformerCore } from "./baselines.ts";
import { type Cells, type ColumnLayout, layoutOf, type ModelColumn, type Outputs } from "./columns.ts";
import { completeConfig, type TableModelConfig } from "./config.ts";
import type { Core, LatentCore, MakeCore } from "./core.ts";
import { embedding } from "./embedding.ts";
import { heads } from "./heads.ts";
import { spinCore } from "./spin.ts";

interface ForwardOptions {
  /** Source of dropout. Without it dropout is off. */
  rng?: Rng;
  /**
   * Models with latents: false skips the encoder, so that the decoder reads the initial latents (inference mode
   * `latent`); true, the default, encodes the rows of the batch (training, and inference mode `recompute`).
   */
  encode?: boolean;
}

/** A model of a table. All functions take and give tensors only, so they can be traced. */
export interface TableModel {
  config: TableModelConfig;
  /** Of a model of one's own: the digest of the function that made it, for the file that keeps its weights. */
  madeBy?: string;
  layout: ColumnLayout;
  parameters: Parameter[];
  /** True if a prediction needs no other rows. */
  rowsAlone: boolean;
  /** Models with H_D: h and its width. */
  latents?: readonly [number, number];
  /** Predictions for every cell of the rows, from those rows (and the weights) alone. */
  forward(cells: Cells, options?: ForwardOptions): Outputs;
  /** Models with H_D: the latents [1, h, width] of these rows, to be kept (inference mode `retain`). */
  encode?(cells: Cells, options?: Pick<ForwardOptions, "rng">): tf.Tensor3D;
  /** Models with H_D: predictions for query rows from kept latents; cost independent of the encoded rows. */
  predict?(cells: Cells, hD: tf.Tensor3D, options?: Pick<ForwardOptions, "rng">): Outputs;
  /** Models with H_D: what it reads of these rows in every XABD, before dropout, [1, heads, h, n] each. */
  attention?(cells: Cells): tf.Tensor4D[];
  dispose(): void;
}

/** Makes a model of one's own for a table: any object of tensor functions, or what `createTableModel` makes of a core. */
export type BuildTableModel = (columns: readonly ModelColumn[], seed: number) => TableModel;

/** What tells a function that makes models from others: the digest of its text. */
export const buildDigest = (build: BuildTableModel): string =>
  createHash("sha256").update(String(build)).digest("hex").slice(0, 16);

/**
 * Builds a table model and draws its parameters.
 *
 * @param config options that differ from `DEFAULT_CONFIG`
 * @param columns all columns in table order, targets included
 * @param core what lies between the embedding of cells and the heads; unless given, what `config.model` names
 * @throws UserError for options that do not fit together or do not fit the columns
 */
export function createTableModel(
  config: Partial<TableModelConfig>,
  columns: readonly ModelColumn[],
  seed: number,
  core?: MakeCore,
): TableModel {
  const model = declareTableModel(config, columns, seed, core);
  for (const parameter of model.parameters) parameter.variable;
  return model;
}

/** Number of trainable numbers of a model, found without allocating any of them. @throws like `createTableModel` */
export function countParameters(config: Partial<TableModelConfig>, columns: readonly ModelColumn[]): number {
  return declareTableModel(config, columns, 0).parameters.reduce((sum, p) => sum + p.count, 0);
}

/** Like `createTableModel`, but parameters are drawn when they are first used. */
export function declareTableModel(
  given: Partial<TableModelConfig>,
  columns: readonly ModelColumn[],
  seed: number,
  makeCore: MakeCore = createCore,
): TableModel {
  const layout = layoutOf(columns);
  const config = completeConfig(given, layout);
  const init = createInit(seed);
  const embed = embedding(init, layout, config.embedding, config.hiddenDropout);
  const core = makeCore(init, layout.d, config);
  const head = heads(init, layout, config.embedding, config.hiddenDropout);
  const model: TableModel = {
    config,
    layout,
    parameters: init.parameters,
    rowsAlone: core.rowsAlone ?? false,
    forward: (cells, { rng, encode = true } = {}) => {
      const x = embed(cells, rng);
      return head(sameShape("forward", core.forward(x, encode, rng), x), rng);
    },
    dispose: () => init.parameters.forEach((p) => p.dispose()),
  };
  if (isLatent(core)) {
    model.encode = (cells, { rng } = {}) => core.encode(embed(cells, rng), rng);
    model.latents = core.latents;
    if (core.attention) model.attention = (cells) => core.attention!(embed(cells));
    model.predict = (cells, hD, { rng } = {}) => {
      const x = embed(cells, rng);
      return head(sameShape("predict", core.predict(x, hD, rng), x), rng);
    };
  }
  return model;
}

/** A core gives what it takes, [n, d, e]; anything else might be broadcast without a word. */
function sameShape(what: string, out: tf.Tensor3D, x: tf.Tensor3D): tf.Tensor3D {
  expectShape(`the core's ${what}`, out, x.shape);
  return out;
}

function createCore(init: Init, d: number, config: TableModelConfig): Core | LatentCore {
  switch (config.model) {
    case "spin":
      return spinCore(init, d, config);
    case "perceiver-d":
      return perceiverDCore(init, d, config);
    case "perceiver-e":
      return perceiverECore(init, d, config);
    default:
      return transformerCore(init, d, config);
  }
}

const isLatent = (core: Core | LatentCore): core is LatentCore => "encode" in core;
