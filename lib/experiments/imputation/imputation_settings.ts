import { UserError } from "../../errors.ts";
import type { ModelKind, TableModelConfig } from "../../models/table/mod.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { completeRecipe, type Recipe } from "../../train/table/recipe.ts";
import { PUBLISHED_IMPUTATION, type PublishedImputation } from "./imputation_published.ts";
import type { Profile } from "../profiles.ts";

/**
 * SPIN in the architecture of the reference, NPT, the Set Transformer and the parametric transformer, no row of
 * which sees another. Those with `-labels` see a part of the labels of the train rows, as the published runs with a
 * label mask below 1 do.
 */
export const IMPUTATION_MODELS = [
  "spin",
  "npt",
  "set-transformer",
  "only-aba",
  "spin-labels",
  "npt-labels",
  "set-transformer-labels",
] as const;
export type ImputationModel = (typeof IMPUTATION_MODELS)[number];

/** The models of a list of names. @throws UserError for an unknown one. */
export function asImputationModels(names: readonly string[]): ImputationModel[] {
  return names.map((name) => {
    if ((IMPUTATION_MODELS as readonly string[]).includes(name)) return name as ImputationModel;
    throw new UserError(`models: expected some of ${IMPUTATION_MODELS.join(", ")}, found "${name}"`);
  });
}

/** The published row of a model on single windows. */
function publishedRow(model: ImputationModel): PublishedImputation {
  const kind = model.replace("-labels", "");
  const labels = model !== kind;
  return PUBLISHED_IMPUTATION.find((row) =>
    row.block === "single window" && row.model === kind && row.labelMask < 1 === labels
  )!;
}

/**
 * The recipe of a run on a single window. `paper` is the published one; SPIN, of which no such run was published,
 * gets NPT's with its own options, and predicts from the latents of the train rows (`retain`). `quick` is small,
 * for minutes on two cores: it was chosen by R² of SPIN on the validation rows of window 0. In both the best
 * weights are those with the highest R² on the validation rows.
 */
export function imputationRecipe(model: ImputationModel, profile: Profile, seed: number): Recipe {
  const row = publishedRow(model);
  return profile === "paper" ? publishedRecipe(row, seed) : quickRecipe(row, seed);
}

/** The recipe of a published row, of whatever experiment; inference is `retain`, not the reference's. */
export function publishedRecipe(row: PublishedImputation, seed: number): Recipe {
  return completeRecipe({
    model: {
      model: row.model,
      embedding: 64,
      heads: 4,
      depth: row.depth,
      h: 10,
      f: 10,
      decoderBoth: false,
      predictor: "flat",
      hiddenDropout: 0.4,
      attentionDropout: 0.1,
    },
    optimizer: DEFAULT_OPTIMIZER,
    steps: row.steps,
    learningRate: 1e-3,
    flatShare: row.flatShare,
    tradeoff: row.tradeoff,
    featureMask: 0.15,
    labelMask: row.labelMask,
    chunkMask: row.chunkMask,
    maskToken: row.maskToken,
    batchSize: row.batchSize,
    transductive: row.transductive,
    evaluateEvery: row.evaluateEvery,
    criterion: "imputationR2",
    seed,
  });
}

/** The size of a quick run on windows of genotypes, the same for all models. */
export const quickModel = (model: ModelKind): Partial<TableModelConfig> => ({
  model,
  embedding: 8,
  heads: 4,
  depth: 2,
  h: 10,
  f: 10,
  decoderBoth: false,
  predictor: "flat",
  hiddenDropout: 0,
  attentionDropout: 0,
});

/**
 * Narrow models, a high rate, no dropout and no masks of features: hundreds of steps instead of tens of thousands.
 */
function quickRecipe({ model, labelMask }: PublishedImputation, seed: number): Recipe {
  const labels = labelMask < 1;
  return completeRecipe({
    model: quickModel(model),
    optimizer: DEFAULT_OPTIMIZER,
    steps: 300,
    learningRate: 3e-2,
    flatShare: 0.5,
    tradeoff: 0,
    featureMask: 0,
    labelMask: labels ? 0.5 : 1,
    // Whole rows, as in the rows to impute; single labels would be read off their neighbours.
    chunkMask: labels,
    batchSize: labels ? 96 : 64,
    transductive: false,
    evaluateEvery: 10,
    criterion: "imputationR2",
    seed,
  });
}
