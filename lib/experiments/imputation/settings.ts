import type { BaselineModel } from "../../baselines/mod.ts";
import { B1_WINDOWS } from "../../data/genotypes/windows.ts";
import { UserError } from "../../errors.ts";
import { DEFAULT_SETTINGS } from "../../imputation/settings.ts";
import { DEFAULT_HAPLOTYPE_CONFIG } from "../../models/haplotype/model.ts";
import type { ModelKind, TableModelConfig } from "../../models/table/mod.ts";
import type { HaplotypeRecipe } from "../../train/haplotype/fit.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { chosenOptions, optionsOf, withOptions } from "../../options.ts";
import { HAPLOTYPE_OPTIONS } from "../../train/haplotype/options.ts";
import { TABLE_OPTIONS } from "../../train/table/options.ts";
import { completeRecipe, type Recipe } from "../../train/table/recipe.ts";
import { changed, type Changes, type Settings, type TableVariant } from "../experiment.ts";
import type { Profile } from "../profiles.ts";

/**
 * SPIN in the architecture of the reference, NPT, the Set Transformer and the parametric transformer, no row of
 * which sees another. Those with `-labels` see a part of the labels of the train rows, as the published runs with a
 * label mask below 1 do.
 */
const IMPUTATION_MODELS = [
  "spin",
  "npt",
  "set-transformer",
  "only-aba",
  "spin-labels",
  "npt-labels",
  "set-transformer-labels",
] as const;
export type ImputationModel = (typeof IMPUTATION_MODELS)[number];

/**
 * The workspace's own:
 * - `spin-mosaics`: SPIN with the row's latent attributes as queries, trained on mosaics of the train haplotypes; it sees the 150 array
 *   sites of the window, as the reference's models do
 * - `copying`: the model of Li and Stephens, which reads all array sites of the region
 * - `spin-copying`: the mean of the logits of both
 */
export const HAPLOTYPE_MODELS = ["spin-mosaics", "copying", "spin-copying"] as const;
export type HaplotypeModel = (typeof HAPLOTYPE_MODELS)[number];

/** Classical models that the paper compares with, and two more. */
export const CLASSICAL_MODELS = [
  "knn",
  "gradient-boosting",
  "xgboost",
  "mlp",
  "linear",
  "lightgbm",
] as const satisfies readonly BaselineModel[];
export type ClassicalModel = (typeof CLASSICAL_MODELS)[number];

export interface HaplotypeSettings {
  spin: Omit<HaplotypeRecipe, "seed">;
  copying: { ne: number; mismatch: number };
  /** Weight of SPIN's logits. */
  weight: number;
}

export interface ImputationSettings extends Settings {
  /** Some of B1's windows, 0 to 4. */
  windows: number[];
  /** Names out of `IMPUTATION_MODELS` and `HAPLOTYPE_MODELS`, and models of one's own. */
  models: (string | TableVariant)[];
  /** "beagle", and names out of `CLASSICAL_MODELS`. */
  classical: string[];
  seeds: number[];
  /** Targets in a window. */
  size: number;
  steps: number;
  /** What is changed about the models and the training of all table models; the models of haplotypes take what they have, too. */
  model: Partial<TableModelConfig>;
  recipe: Partial<Recipe>;
  /** What else is changed about the models of haplotypes. */
  haplotypes: { [Part in keyof HaplotypeSettings]?: Partial<HaplotypeSettings[Part]> };
}

/**
 * The settings of a profile with changes. `quick`: a window, one model of the reference, the workspace's own; `paper`:
 * everything, with the published seeds.
 *
 * @throws UserError for an unknown model, with the nearest ones, and for a window that there is not
 */
export function imputationSettings(
  profile: Profile,
  changes?: Changes<ImputationSettings>,
): ImputationSettings {
  const quick = profile === "quick";
  const settings = changed<ImputationSettings>(
    {
      profile,
      windows: quick ? [0] : Array.from({ length: B1_WINDOWS }, (_, window) => window),
      models: [...quick ? ["spin"] : IMPUTATION_MODELS, ...HAPLOTYPE_MODELS],
      classical: ["beagle"],
      seeds: quick ? [0] : [42, 52, 62],
      size: 100,
      steps: 0,
      model: {},
      recipe: {},
      haplotypes: {},
    },
    changes,
    { models: [...IMPUTATION_MODELS, ...HAPLOTYPE_MODELS], classical: ["beagle", ...CLASSICAL_MODELS] },
  );
  const wrong = settings.windows.find((window) =>
    !(Number.isInteger(window) && window >= 0 && window < B1_WINDOWS)
  );
  if (wrong === undefined) return settings;
  throw new UserError(`windows: expected whole numbers from 0 to ${B1_WINDOWS - 1}, found ${wrong}`);
}

/** Chosen by R² on the validation haplotypes of B1; `paper` only trains longer, since nothing of the kind was published. */
export function haplotypeSettings(
  { profile, steps, haplotypes, ...changes }:
    & Pick<ImputationSettings, "profile" | "steps" | "haplotypes">
    & Partial<Pick<ImputationSettings, "model" | "recipe">>,
): HaplotypeSettings {
  const { width, depth, heads, h, f, dropout, rate } = optionsOf(TABLE_OPTIONS, {
    ...changes.recipe,
    model: changes.model,
  });
  const { recipe: { seed: _, ...recipe }, ne, mismatch } = DEFAULT_SETTINGS;
  const spin = {
    ...recipe,
    model: { ...DEFAULT_HAPLOTYPE_CONFIG },
    batch: 256,
    learningRate: 2e-3,
    steps: profile === "paper" ? 10_000 : 1_000,
    ...haplotypes.spin,
    ...steps ? { steps } : {},
  };
  return {
    spin: withOptions(
      spin,
      HAPLOTYPE_OPTIONS,
      chosenOptions(HAPLOTYPE_OPTIONS, { width, depth, heads, h, f, dropout, rate }),
    ),
    copying: { ne, mismatch, ...haplotypes.copying },
    weight: haplotypes.weight ?? 0.5,
  };
}

/** What a published genotype run sets (`scripts/SPIN_scripts.sh`); everything else is the same in all of them. */
export interface PublishedImputation extends
  Pick<
    Recipe,
    | "batchSize"
    | "steps"
    | "flatShare"
    | "tradeoff"
    | "labelMask"
    | "chunkMask"
    | "maskToken"
    | "transductive"
    | "evaluateEvery"
  > {
  model: ModelKind;
  /** Which of the paper's experiments. */
  block: "single window" | "multiple windows" | "more haplotypes" | "masking";
  /** Targets in a window. */
  size: number;
  /** Windows that one model is trained on. */
  windows: number;
  depth: number;
  /** Shares of the train haplotypes that runs were made with. */
  proportions: readonly number[];
}

const SINGLE = {
  block: "single window",
  size: 100,
  windows: 1,
  batchSize: -1,
  steps: 15_000,
  flatShare: 0.7,
  tradeoff: 0.5,
  labelMask: 1,
  chunkMask: false,
  maskToken: 0.9,
  transductive: true,
  evaluateEvery: 5,
  proportions: [1],
} as const;

const MULTIPLE = {
  ...SINGLE,
  model: "spin",
  block: "multiple windows",
  windows: 10,
  depth: 4,
  steps: 100_000,
  flatShare: 0.5,
  tradeoff: 0.1,
  labelMask: 0.15,
  chunkMask: true,
  maskToken: 1,
  evaluateEvery: 1,
} as const;

/**
 * The published runs: embedding 64, 4 heads, h and f 10, hidden dropout 0.4, attention dropout 0.1, learning rate
 * 1e-3, feature masks 0.15, words of 5 alleles, 150 array sites. Where a description of a run and its flags
 * disagree, the flags stand here.
 */
export const PUBLISHED_IMPUTATION: readonly PublishedImputation[] = [
  { ...SINGLE, model: "npt", depth: 6 },
  { ...SINGLE, model: "npt", depth: 6, labelMask: 0.5, steps: 30_000 },
  { ...SINGLE, model: "only-aba", depth: 8, steps: 30_000, transductive: false },
  { ...SINGLE, model: "set-transformer", depth: 6 },
  { ...SINGLE, model: "set-transformer", depth: 6, labelMask: 0.5, steps: 30_000 },
  // The reference has no such command: NPT's row with the options of SPIN.
  { ...SINGLE, model: "spin", depth: 4 },
  { ...SINGLE, model: "spin", depth: 4, labelMask: 0.5, steps: 30_000 },
  { ...MULTIPLE, size: 100, labelMask: 0.7, chunkMask: false },
  { ...MULTIPLE, size: 200 },
  { ...MULTIPLE, size: 400 },
  {
    ...MULTIPLE,
    block: "more haplotypes",
    size: 300,
    proportions: [0.01, 0.05, 0.15, 0.2, 0.3, 1],
  },
  {
    ...MULTIPLE,
    block: "more haplotypes",
    model: "npt",
    size: 300,
    proportions: [0.01, 0.05, 0.15, 0.2, 0.25],
  },
  { ...MULTIPLE, block: "masking", size: 100, batchSize: 256, maskToken: 0.9 },
  { ...MULTIPLE, block: "masking", size: 100, batchSize: 256, maskToken: 0.9, chunkMask: false },
];

/** The published row of a model on single windows. */
function publishedRow(model: ImputationModel): PublishedImputation {
  const labels = model.endsWith("-labels");
  return PUBLISHED_IMPUTATION.find((row) =>
    row.block === "single window" && row.labelMask < 1 === labels &&
    (labels ? `${row.model}-labels` : row.model) === model
  )!;
}

/**
 * The recipe of a run on a single window. `paper` is the published one; SPIN, of which no such run was published,
 * gets NPT's with its own options, and predicts from the latents of the train rows (`retain`). `quick` is small,
 * for minutes on two cores: it was chosen by R² of SPIN on the validation rows of window 0. In both the best
 * weights are those with the highest R² on the validation rows. A model of one's own is trained as SPIN is.
 */
export function imputationRecipe(model: string | TableVariant, profile: Profile, seed: number): Recipe {
  if (typeof model !== "string") return { ...imputationRecipe("spin", profile, seed), ...model.recipe };
  const row = publishedRow(model as ImputationModel);
  if (profile === "paper") return publishedRecipe(row, seed);
  const labels = row.labelMask < 1;
  return quickRecipe(row.model, {
    steps: 300,
    labelMask: labels ? 0.5 : 1,
    // Whole rows, as in the rows to impute; single labels would be read off their neighbours.
    chunkMask: labels,
    batchSize: labels ? 96 : 64,
    evaluateEvery: 10,
    seed,
  });
}

/** The recipe of a published row, of whatever experiment; inference is `retain`, not the reference's. */
export function publishedRecipe(row: PublishedImputation, seed: number): Recipe {
  const { model, depth, block: _, size: _size, windows: _windows, proportions: _shares, ...rest } = row;
  return completeRecipe({
    model: { ...FORM, model, depth, embedding: 64, hiddenDropout: 0.4, attentionDropout: 0.1 },
    optimizer: DEFAULT_OPTIMIZER,
    learningRate: 1e-3,
    featureMask: 0.15,
    criterion: "imputationR2",
    seed,
    ...rest,
  });
}

const FORM = { heads: 4, h: 10, f: 10, decoderBoth: false, predictor: "flat" } as const;

/** Narrow models, a high rate, no dropout and no masks of features: hundreds of steps instead of tens of thousands. */
export const quickRecipe = (
  model: ModelKind,
  rest: Pick<Recipe, "steps" | "labelMask" | "chunkMask" | "batchSize" | "evaluateEvery" | "seed">,
): Recipe =>
  completeRecipe({
    model: { ...FORM, model, depth: 2, embedding: 8, hiddenDropout: 0, attentionDropout: 0 },
    optimizer: DEFAULT_OPTIMIZER,
    learningRate: 3e-2,
    flatShare: 0.5,
    tradeoff: 0,
    featureMask: 0,
    transductive: false,
    criterion: "imputationR2",
    ...rest,
  });
