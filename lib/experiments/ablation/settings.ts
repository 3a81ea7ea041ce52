import type { TableModelConfig } from "../../models/table/mod.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { completeRecipe, INFERENCE_MODES, type Recipe } from "../../train/table/recipe.ts";
import { changed, type Changes, type Settings, tableRecipe } from "../experiment.ts";
import type { Profile } from "../profiles.ts";

export interface AblationSettings extends Settings {
  /** Names of rows or questions (see `ablationRows`), or "all". */
  rows: string[];
  /** How many of the ten folds, from the first; 0 for those of the profile. */
  folds: number;
  /** Of fold 0; fold k has seed + k. */
  seed: number;
  steps: number;
  /** What is changed about full SPIN; a row's own change goes before it. */
  model: Partial<TableModelConfig>;
  recipe: Partial<Recipe>;
}

/** The settings of a profile with changes. @throws UserError for an unknown row, with the nearest ones */
export function ablationSettings(profile: Profile, changes?: Changes<AblationSettings>): AblationSettings {
  const names = ["all", ...ABLATION_QUESTIONS, ...ablationRows(profile).map(({ name }) => name)];
  return changed<AblationSettings>(
    {
      profile,
      rows: profile === "quick" ? ["blocks", "predictor", "inference", "rivals"] : ["all"],
      folds: 0,
      seed: 42,
      steps: 0,
      model: {},
      recipe: {},
    },
    changes,
    { rows: names },
  );
}

export const ABLATION_QUESTIONS = ["blocks", "predictor", "inference", "masking", "rows", "rivals"] as const;
export type AblationQuestion = (typeof ABLATION_QUESTIONS)[number];

/** A row: the base, full SPIN, with one thing changed. */
export interface AblationRow {
  /** The model's name in records. */
  name: string;
  label: string;
  question: AblationQuestion;
  model?: Partial<TableModelConfig>;
  recipe?: Partial<Recipe>;
}

/** The row with which all others are compared. */
export const BASE = "spin";

/** How many of the ten folds a profile takes; the published table has five. */
export const ABLATION_FOLDS: Record<Profile, number> = { quick: 2, paper: 5 };

/**
 * Full SPIN as all rows start from it. `paper`: the README of the official code, block ablation. `quick`: trained as a user's own table of this size
 * is (`defaultRecipe`), but with the published predictor and latents and half the width, so that all rows take minutes.
 */
function ablationBase(profile: Profile, seed: number): Recipe {
  const spin = { model: "spin", h: 10, f: 10, abla: true, decoderBoth: true, predictor: "flat" } as const;
  if (profile === "quick") {
    return completeRecipe({
      model: { ...spin, embedding: 16, heads: 4, depth: 2, hiddenDropout: 0, attentionDropout: 0 },
      optimizer: DEFAULT_OPTIMIZER,
      steps: 600,
      learningRate: 1e-2,
      flatShare: 0.5,
      tradeoff: 0,
      featureMask: 0,
      labelMask: 0.5,
      batchSize: 128,
      transductive: false,
      inference: "retain",
      evaluateEvery: 50,
      seed,
    });
  }
  return completeRecipe({
    model: { ...spin, embedding: 128, heads: 8, depth: 8 },
    optimizer: DEFAULT_OPTIMIZER,
    steps: 20_000,
    learningRate: 1e-3,
    flatShare: 0.5,
    tradeoff: 1,
    featureMask: 0.15,
    labelMask: 0.15,
    batchSize: -1,
    transductive: true,
    inference: "recompute",
    // The published runs look after every step.
    evaluateEvery: 20,
    seed,
  });
}

const INFERENCE_LABELS = {
  retain: "H_D kept from the train rows",
  recompute: "H_D encoded from the test rows",
  latent: "encoder off in prediction",
} as const;

/**
 * All rows of a profile. The first three are those of the published Table 6 (README of the official code, block ablation). Its XABD + ABLA
 * predicts with the encoder off, which full SPIN does not; a fourth row has the encoder on, so that blocks are compared alone.
 */
export function ablationRows(profile: Profile): AblationRow[] {
  const base = ablationBase(profile, 0);
  const inductive = !base.transductive;
  const masked = base.featureMask > 0;
  return [
    { name: "xabd-abla", label: "XABD + ABLA, encoder off", question: "blocks", ...perceiverD("latent") },
    { name: BASE, label: "SPIN: XABA + ABLA + XABD", question: "blocks" },
    {
      name: "xaba-abla",
      label: "XABA + ABLA",
      question: "blocks",
      model: { model: "perceiver-e" },
      recipe: { inference: "recompute" },
    },
    {
      name: "xabd-abla-encoded",
      label: "XABD + ABLA, encoder on",
      question: "blocks",
      ...perceiverD(base.inference),
    },
    { name: "xaba-xabd", label: "XABA + XABD (no ABLA)", question: "blocks", model: { abla: false } },
    { name: "nested", label: "nested predictor", question: "predictor", model: { predictor: "nested" } },
    ...INFERENCE_MODES.filter((mode) => mode !== base.inference).map((mode): AblationRow => ({
      name: mode,
      label: INFERENCE_LABELS[mode],
      question: "inference",
      recipe: { inference: mode },
    })),
    ...[1, 0.5, 0.15].filter((share) => share !== base.labelMask).map((share): AblationRow => ({
      name: `labels-${share}`,
      label: share === 1 ? "all labels masked" : `${100 * share} % of the labels masked`,
      question: "masking",
      recipe: { labelMask: share },
    })),
    {
      name: masked ? "features-shown" : "features-masked",
      label: masked ? "no feature masked" : "15 % of the features masked",
      question: "masking",
      recipe: masked ? { featureMask: 0, tradeoff: 0 } : { featureMask: 0.15, tradeoff: 1 },
    },
    {
      name: inductive ? "semi-supervised" : "inductive",
      label: inductive ? "test rows' features in training" : "train rows alone in training",
      question: "rows",
      recipe: { transductive: inductive },
    },
    // Rivals have neither latents nor a predictor of their own.
    ...([["npt", "NPT"], ["set-transformer", "Set Transformer"]] as const).map((
      [name, label],
    ): AblationRow => (
      { name, label, question: "rivals", model: { model: name, decoderBoth: false } }
    )),
  ];
}

const perceiverD = (inference: Recipe["inference"]): Pick<AblationRow, "model" | "recipe"> => ({
  model: { model: "perceiver-d" },
  recipe: { inference },
});

export function ablationRecipe(
  { model, recipe }: AblationRow,
  profile: Profile,
  seed: number,
  changes: Partial<Pick<AblationSettings, "model" | "recipe">> = {},
): Recipe {
  const base = tableRecipe(ablationBase(profile, seed), { steps: 0, model: {}, recipe: {}, ...changes });
  return completeRecipe({ ...base, ...recipe, model: { ...base.model, ...model } });
}

/** The rows of a choice, in the order of the table; full SPIN is always among them. */
export const chosenRows = ({ profile, rows }: Pick<AblationSettings, "profile" | "rows">): AblationRow[] =>
  ablationRows(profile).filter(({ name, question }) =>
    ["all", name, question].some((one) => rows.includes(one)) || name === BASE
  );
