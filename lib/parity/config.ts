import { UserError } from "../errors.ts";
import type { AttentionOptions } from "../nn/mab.ts";
import type { ModelKind, TableModelConfig } from "../models/table/config.ts";
import { field, type GoldenCase } from "./case.ts";

/** The reference's configuration, by the names of `npt/configs.py`. */
export type ReferenceConfig = Record<string, boolean | number | string>;

/** Options that the reference's table models read and ours have in one form only. */
const FIXED: ReferenceConfig = {
  factor_embed_ABD: 1,
  att_expansion: 4,
  model_feature_type_embedding: true,
  model_feature_index_embedding: true,
};

const READ = new Set([
  ...Object.keys(FIXED),
  ..."SPIN set_transformer perceiver_D perceiver_E onlyABD onlyABA ABLA startAttBlock enableEncoder decoderBoth"
    .split(
      " ",
    ),
  ..."num_inds_I num_inds_F model_stacking_depth model_dim_hidden model_num_heads model_mix_heads".split(" "),
  ..."model_sep_res_embed model_rff_depth model_att_score_norm model_pre_layer_norm".split(" "),
  ..."model_att_block_layer_norm model_layer_norm_eps model_hidden_dropout_prob".split(" "),
  ..."model_att_score_dropout_prob exp_gradient_clipping exp_tradeoff".split(" "),
]);

/** @throws UserError for an option that is unknown, or has a value that our models do not know */
export function referenceConfig(golden: GoldenCase): ReferenceConfig {
  const config = field<ReferenceConfig>(golden.spec, "config", golden.name);
  for (const [name, value] of Object.entries(config)) {
    if (!READ.has(name)) throw new UserError(`${golden.name}: unknown option ${name}.`);
    if (name in FIXED && FIXED[name] !== value) {
      throw new UserError(`${golden.name}, ${name}: expected ${FIXED[name]}, found ${value}.`);
    }
  }
  return config;
}

export function attentionOptions(config: ReferenceConfig): AttentionOptions {
  const scoreNorm = config.model_att_score_norm;
  if (scoreNorm !== "softmax" && scoreNorm !== "constant") {
    throw new UserError(`model_att_score_norm: expected softmax or constant, found ${scoreNorm}.`);
  }
  return {
    heads: Number(config.model_num_heads),
    layerNorm: !config.model_att_block_layer_norm ? "none" : config.model_pre_layer_norm ? "pre" : "post",
    layerNormEps: Number(config.model_layer_norm_eps),
    scoreNorm,
    mixHeads: Boolean(config.model_mix_heads),
    separateResidual: Boolean(config.model_sep_res_embed),
    rffDepth: Number(config.model_rff_depth),
    hiddenDropout: Number(config.model_hidden_dropout_prob),
    attentionDropout: Number(config.model_att_score_dropout_prob),
  };
}

const FLAGS: [string, ModelKind][] = [
  ["SPIN", "spin"],
  ["set_transformer", "set-transformer"],
  ["perceiver_D", "perceiver-d"],
  ["perceiver_E", "perceiver-e"],
  ["onlyABA", "only-aba"],
  ["onlyABD", "only-abd"],
];

/** @throws UserError if the first block is one that the model never starts with */
export function modelConfig(config: ReferenceConfig): TableModelConfig {
  const model = FLAGS.find(([flag]) => config[flag])?.[1] ?? "npt";
  const start = model === "spin" ? "ABA" : "ABD";
  if (["spin", "npt", "set-transformer", "perceiver-d"].includes(model) && config.startAttBlock !== start) {
    throw new UserError(`startAttBlock of ${model}: expected ${start}, found ${config.startAttBlock}.`);
  }
  return {
    ...attentionOptions(config),
    model,
    embedding: Number(config.model_dim_hidden),
    depth: Number(config.model_stacking_depth),
    h: Number(config.num_inds_I),
    f: Number(config.num_inds_F),
    abla: Boolean(config.ABLA),
    decoderBoth: Boolean(config.decoderBoth),
    predictor: "flat",
    bins: 0,
    readout: "weights",
  };
}
