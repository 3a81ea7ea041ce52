import { UserError } from "../../errors.ts";
import type { TableModelConfig } from "../../models/table/mod.ts";
import { checkNames } from "../../options.ts";
import { CRITERIA, type Criterion } from "./criterion.ts";
import { DEFAULT_OPTIMIZER, type OptimizerConfig } from "../optimizer.ts";
import type { LrSchedule, TradeoffSchedule } from "../schedule.ts";

/**
 * What a trained model knows of its training rows when it predicts (`forward` of `npt/model/npt.py`):
 * - `retain`: H_D encoded once from the train rows and kept; the paper's claim, cost independent of n
 * - `recompute`: H_D encoded anew from the query rows, their labels hidden (the reference with `enableEncoder`)
 * - `latent`: the raw latents, no encoder (the reference's default)
 */
export const INFERENCE_MODES = ["retain", "recompute", "latent"] as const;
type InferenceMode = (typeof INFERENCE_MODES)[number];

/** How a table model is trained; plain data, as it stands in records and checkpoints. Names follow the reference. */
export interface Recipe {
  model: Partial<TableModelConfig>;
  optimizer: OptimizerConfig;
  /** Optimiser steps T. */
  steps: number;
  learningRate: number;
  schedule: LrSchedule;
  /** Share of the steps before the learning rate is annealed (`exp_optimizer_warmup_proportion`). */
  flatShare: number;
  /** Weight of the feature loss at the start (`exp_tradeoff`), and how it changes. */
  tradeoff: number;
  tradeoffSchedule: TradeoffSchedule;
  /** Probability with which a feature cell of a training row is masked. */
  featureMask: number;
  /** Probability with which a label of a training row is masked; at 1 no label is ever an input. */
  labelMask: number;
  /** With `labelMask` below 1: that share of the training rows has all labels masked, instead of single cells. */
  chunkMask?: boolean;
  /** Models that are trained side by side, with seeds of their own, and predict by their mean; 1 unless given. */
  members?: number;
  /** Share of the masked cells that get the mask token, the others being randomised (`model_bert_mask_percentage`). */
  maskToken: number;
  /** Rows per batch; -1 for all. */
  batchSize: number;
  /** Whether the train rows of a batch have the classes of the (one, categorical) target in their shares of all train rows. */
  balanceClasses?: boolean;
  /** Whether validation and test rows (their features alone) take part in training batches. */
  transductive: boolean;
  inference: InferenceMode;
  /** Steps between two looks at the validation rows. */
  evaluateEvery: number;
  /** Evaluations in a row without better weights after which the training ends; it takes all its steps unless given. */
  patience?: number;
  /** How the best weights are chosen on the validation rows: by label loss unless given, or by R² of alleles. */
  criterion?: Criterion;
  seed: number;
}

/** The defaults of the reference (`npt/configs.py`), with `retain` as the way to predict. */
const DEFAULT_RECIPE: Recipe = {
  model: {},
  optimizer: DEFAULT_OPTIMIZER,
  steps: 2000,
  learningRate: 1e-3,
  schedule: "flat_and_anneal",
  flatShare: 0.7,
  tradeoff: 0.5,
  tradeoffSchedule: "cosine",
  featureMask: 0.15,
  labelMask: 1,
  maskToken: 0.9,
  batchSize: -1,
  transductive: true,
  inference: "retain",
  evaluateEvery: 50,
  seed: 42,
};

/** The names that a recipe may have: those with a default, and the others, of which the compiler wants every one. */
const OTHERS: { [Name in keyof Recipe as undefined extends Recipe[Name] ? Name : never]-?: true } = {
  chunkMask: true,
  balanceClasses: true,
  criterion: true,
  members: true,
  patience: true,
};
const NAMES = [...Object.keys(DEFAULT_RECIPE), ...Object.keys(OTHERS)];

/** @throws UserError for a number out of its range, an unknown mode of inference, and a name that no recipe has. */
export function completeRecipe(given: Partial<Recipe>): Recipe {
  checkNames(given, NAMES, "recipe");
  const recipe = { ...DEFAULT_RECIPE, ...given };
  const expect = (holds: boolean, option: keyof Recipe, expected: string) => {
    if (!holds) {
      throw new UserError(
        `recipe option "${option}": expected ${expected}, found ${JSON.stringify(recipe[option])}`,
      );
    }
  };
  for (const option of ["featureMask", "labelMask", "maskToken", "flatShare", "tradeoff"] as const) {
    expect(recipe[option] >= 0 && recipe[option] <= 1, option, "a number from 0 to 1");
  }
  for (const option of ["steps", "evaluateEvery", "members", "patience"] as const) {
    if (recipe[option] === undefined) continue;
    expect(Number.isInteger(recipe[option]) && recipe[option] > 0, option, "a positive whole number");
  }
  expect(
    recipe.learningRate > 0 && Number.isFinite(recipe.learningRate),
    "learningRate",
    "a positive number",
  );
  expect(Number.isInteger(recipe.seed), "seed", "a whole number");
  expect(recipe.labelMask > 0, "labelMask", "above 0, else no label counts");
  expect(
    recipe.batchSize === -1 || (Number.isInteger(recipe.batchSize) && recipe.batchSize > 0),
    "batchSize",
    "-1 (all rows) or a positive whole number",
  );
  expect(CRITERIA.includes(recipe.criterion ?? "loss"), "criterion", `one of ${CRITERIA.join(", ")}`);
  expect(INFERENCE_MODES.includes(recipe.inference), "inference", `one of ${INFERENCE_MODES.join(", ")}`);
  return recipe;
}
