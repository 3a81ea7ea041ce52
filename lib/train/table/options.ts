import { notNegative, oneOf, type OptionsOf, positive, share, whole } from "../../options.ts";
import { PREDICTOR_KINDS, READOUT_KINDS } from "../../models/table/mod.ts";
import { OPTIMIZERS } from "../optimizer.ts";
import { LR_SCHEDULES } from "../schedule.ts";
import { INFERENCE_MODES } from "./recipe.ts";

/** The hyperparameters of table models, and where they stand in a `Recipe`. A new one is a line here. */
export const TABLE_OPTIONS = {
  steps: whole("optimiser steps", ["steps"]),
  rate: positive("learning rate at its highest", "learningRate"),
  width: whole("width e of an embedded cell", ["model.embedding"]),
  depth: whole("attention blocks", ["model.depth"]),
  heads: whole("attention heads, a divisor of the width", ["model.heads"]),
  h: whole("datapoint inducing points, rows of H_D", ["model.h"]),
  f: whole("attribute inducing points, rows of H_A", ["model.f"]),
  dropout: share(
    "dropout of hidden layers and attention",
    ["model.hiddenDropout", "model.attentionDropout"],
    1,
  ),
  labelMask: share("share of the labels that are hidden in training", ["labelMask"], 0),
  featureMask: share("share of the feature cells that are masked in training", ["featureMask"]),
  tradeoff: share("weight of the feature loss at the start", ["tradeoff"]),
  batch: whole("rows of a batch, -1 for all", ["batchSize"], -1),
  schedule: oneOf("how the learning rate changes", "schedule", LR_SCHEDULES),
  flat: share("share of the steps before the rate falls", ["flatShare"]),
  optimizer: oneOf("the optimiser", "optimizer.optimizer", OPTIMIZERS),
  weightDecay: notNegative("weight decay", "optimizer.weightDecay"),
  predictor: oneOf("how queries attend to H_D", "model.predictor", PREDICTOR_KINDS),
  bins: whole("bins of the encoding of numbers, 0 for the number alone", ["model.bins"], 0),
  readout: oneOf("where labels are read from: the weights, or the context", "model.readout", READOUT_KINDS),
  members: whole("models that are trained side by side and averaged", ["members"]),
  inference: oneOf("what is kept of the training rows", "inference", INFERENCE_MODES),
  evaluateEvery: whole("steps between two looks at the validation rows", ["evaluateEvery"]),
  patience: whole("looks in a row without better weights that end the training", ["patience"]),
  seed: whole("of the split, the weights and the training", ["seed"], -Infinity),
};

export type TableOptions = OptionsOf<typeof TABLE_OPTIONS>;
