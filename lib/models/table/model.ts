import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import type { Rng } from "../../engine/random.ts";
import { dropout, expectShape } from "../../nn/layers.ts";
import { createInit, type Init, type Parameter } from "../../nn/parameters.ts";
import { perceiverDCore, perceiverECore, transformerCore } from "./baselines.ts";
import { type Cells, type ColumnLayout, layoutOf, type ModelColumn, type Outputs } from "./columns.ts";
import { completeConfig, type ModelKind, type TableModelConfig } from "./config.ts";
import type { Core, LatentCore, MakeCore } from "./core.ts";
import { embedding } from "./embedding.ts";
import { heads } from "./heads.ts";
import { targetReadouts } from "./readout.ts";
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
  /** What it predicts for a row has not seen the row's own label, so that all rows are context and query at once. */
  leaveOneOut?: boolean;
  /** An ensemble: the models whose predictions it averages, each trained by itself on the same rows. */
  members?: readonly TableModel[];
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

/**
 * Several models of one table as one: their parameters, the first with its own names, and the mean of their predictions.
 * What a member keeps of the train rows stays its own, so the ensemble itself has no `encode` and `predict`.
 */
export function ensembleOf(members: readonly TableModel[]): TableModel {
  const [first] = members as [TableModel];
  if (members.length === 1) return first;
  const { config, layout, rowsAlone, latents, leaveOneOut, madeBy } = first;
  return {
    config,
    layout,
    rowsAlone,
    latents,
    leaveOneOut,
    madeBy,
    members,
    parameters: members.flatMap(({ parameters }, i) =>
      parameters.map((p) => i === 0 ? p : renamed(p, `member${i}.`))
    ),
    forward: (cells, options) => meanOutputs(members.map((member) => member.forward(cells, options))),
    dispose: () => members.forEach((member) => member.dispose()),
  };
}

const renamed = (parameter: Parameter, prefix: string): Parameter => ({
  name: prefix + parameter.name,
  shape: parameter.shape,
  stacked: parameter.stacked,
  count: parameter.count,
  get variable() {
    return parameter.variable;
  },
  dispose: () => parameter.dispose(),
});

/** The smallest probability whose logarithm is taken. */
const TINY = 1e-30;

/** The mean of values, and the logarithm of the mean of class probabilities. */
export function meanOutputs(outputs: readonly Outputs[]): Outputs {
  const mean = <T extends tf.Tensor>(tensors: T[]): T => tf.div(tf.addN(tensors), tensors.length) as T;
  if (outputs.length === 1) return outputs[0]!;
  const logits = outputs.map(({ logits }) => logits);
  const empty = logits[0]!.size === 0;
  return {
    values: mean(outputs.map(({ values }) => values)),
    logits: empty ? logits[0]! : tf.log(tf.maximum(mean(logits.map((x) => tf.softmax(x, 2))), TINY)),
  };
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
  const embed = embedding(init, layout, config);
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
    dispose: () => [...init.parameters, ...init.constants].forEach((p) => p.dispose()),
  };
  if (config.readout === "context") return withReadout(model, init, embed, core, head);
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

/** A model that reads labels from the context, unseen by its core; H_D and coefficients are one row. */
function withReadout(
  model: TableModel,
  init: Init,
  embed: ReturnType<typeof embedding>,
  core: Core | LatentCore,
  head: ReturnType<typeof heads>,
): TableModel {
  const { layout, config: { embedding: e, hiddenDropout } } = model;
  const { size, unlabelled, solve, read, leaveOneOut } = targetReadouts(init, layout, e);
  const forward = (cells: Cells, { rng, encode = true }: ForwardOptions = {}): Outputs => {
    const x = embed(unlabelled(cells), rng);
    const out = dropout(sameShape("forward", core.forward(x, encode, rng), x), hiddenDropout, rng);
    return leaveOneOut(head(out), out, cells);
  };
  if (!isLatent(core)) return { ...model, leaveOneOut: true, forward };
  const width = core.latents[0] * core.latents[1];
  return {
    ...model,
    leaveOneOut: true,
    forward,
    latents: [1, width + size],
    encode(cells, { rng } = {}) {
      const x = embed(unlabelled(cells), rng);
      const hD = core.encode(x, rng);
      const coefficients = solve(core.predict(x, hD, rng), cells);
      return tf.reshape(tf.concat([tf.reshape(hD, [-1]), coefficients]), [1, 1, -1]) as tf.Tensor3D;
    },
    predict(cells, kept, { rng } = {}) {
      const x = embed(unlabelled(cells), rng);
      const all = tf.reshape(kept, [-1]) as tf.Tensor1D;
      const hD = tf.reshape(tf.slice(all, [0], [width]), [1, ...core.latents]) as tf.Tensor3D;
      const out = sameShape("predict", core.predict(x, hD, rng), x);
      return read(head(out), out, tf.slice(all, [width], [size]));
    },
  };
}

/** A core gives what it takes, [n, d, e]; anything else might be broadcast without a word. */
function sameShape(what: string, out: tf.Tensor3D, x: tf.Tensor3D): tf.Tensor3D {
  expectShape(`the core's ${what}`, out, x.shape);
  return out;
}

const CORES: Partial<Record<ModelKind, MakeCore>> = {
  spin: spinCore,
  "perceiver-d": perceiverDCore,
  "perceiver-e": perceiverECore,
};

const createCore: MakeCore = (init, d, config) => (CORES[config.model] ?? transformerCore)(init, d, config);

const isLatent = (core: Core | LatentCore): core is LatentCore => "encode" in core;
