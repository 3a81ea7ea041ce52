/** Settings that a classical model is chosen from: the paper's grids, and a few for a quick look. */
import type { BaselineModel, BaselineTask, Setting } from "./fit.ts";

/** Of a data set, as the paper's code sorts them; `imputation` is `medium` but for the MLP. */
export type SizeClass = "small" | "medium" | "large" | "higgs" | "imputation";

type Lists = Record<string, readonly Setting[string][]>;

/** Every combination of the lists' values, the last list changing fastest. */
export function product(lists: Lists): Setting[] {
  return Object.entries(lists).reduce<Setting[]>(
    (settings, [name, values]) =>
      settings.flatMap((setting) => values.map((value) => ({ ...setting, [name]: value }))),
    [{}],
  );
}

/**
 * The settings of a model for a data set of a size. The published ones keep the library's arguments that they name, also
 * those without effect on predictions (`leaf_size`; rate schedules, which Adam does not use).
 *
 * `linear` is not in the paper: its list is the same in both profiles.
 */
export function baselineGrid(
  model: BaselineModel,
  size: SizeClass,
  profile: "quick" | "paper",
  kind: BaselineTask["kind"],
): Setting[] {
  const numbers = kind === "regression";
  const grid = (profile === "quick" && QUICK[model]) || PAPER[model];
  return product(grid(size, numbers));
}

const BOOSTING: Lists = {
  learning_rate: [1e-3, 1e-2, 0.1, 0.3],
  max_depth: [3, 5, 10],
  n_estimators: [50, 100, 500, 1000],
};
const LEAVES = [10, 30, 50, 100];
const RATES = [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1];
const SCHEDULES = ["constant", "invscaling", "adaptive"];
const PRIORS_OF = ["alpha_init", "lambda_init", "alpha_1", "alpha_2", "lambda_1", "lambda_2"];
const PRIORS = [0.1, 1e-2, 1e-3, 1e-6, 1e-9, 1];

/** One to `depth` equal layers of each width. */
const shapes = (widths: number[], depths: number[]): number[][] =>
  depths.flatMap((depth) => widths.map((width) => Array<number>(depth).fill(width)));

type Grids = Record<BaselineModel, (size: SizeClass, numbers: boolean) => Lists>;

/** The published grids; `numbers`: the targets are no classes. */
const PAPER: Grids = {
  xgboost: () => BOOSTING,
  lightgbm: () => BOOSTING,
  "gradient-boosting": () => ({
    learning_rate: [1e-3, 1e-2, 0.1],
    max_depth: [3, 10],
    n_estimators: [500, 1000],
    init: ["zero"],
  }),
  // "auto" of scikit-learn 1.0 was all columns (null) for numbers and the root of their number for classes.
  "random-forest": (_, numbers) => ({
    criterion: numbers ? ["absolute_error", "squared_error"] : ["gini", "entropy"],
    n_estimators: [50, 100, 500, 1000],
    max_features: numbers ? [null, "sqrt", "log2"] : ["sqrt", "log2"],
  }),
  knn: neighbours,
  mlp: network,
  linear: (_, numbers): Lists =>
    numbers ? { alpha: [0.01, 0.1, 1, 10, 100] } : { C: [0.1, 1, 10, 100, 1000] },
  "kernel-ridge": () => ({ alpha: [0.1, 0.5, 1], kernel: ["linear", "exp-sine-squared", "constant"] }),
  "bayesian-ridge": () => Object.fromEntries(PRIORS_OF.map((name) => [name, PRIORS])),
  "gaussian-process": (_, numbers): Lists => {
    const kernel = ["constant*rbf", "constant", "rbf"];
    return numbers ? { alpha: [0.1, 0.5, 1], kernel, normalize_y: [true] } : { kernel };
  },
};

function neighbours(size: SizeClass): Lists {
  if (size === "small") {
    return {
      n_neighbors: [2, 5, 7, 10, 20, 30, 40, 50, 75, 100],
      weights: ["uniform", "distance"],
      algorithm: ["ball_tree", "kd_tree", "brute"],
      leaf_size: LEAVES,
      p: [1, 2],
    };
  }
  return {
    n_neighbors: size === "large" || size === "higgs"
      ? [2, 3, 4, 5, 7, 10, 12, 15, 20, 25]
      : [2, 5, 7, 10, 25, 50, 100, 250, 500, 1000],
    weights: ["distance"],
    leaf_size: LEAVES,
    p: [2],
  };
}

function network(size: SizeClass): Lists {
  const layers = (widths: number[], depths: number[]) => ({ hidden_layer_sizes: shapes(widths, depths) });
  const early_stopping = [true];
  if (size === "small") {
    return {
      ...layers([25, 50, 100, 250, 500], [1, 2, 3]),
      alpha: [0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1],
      batch_size: [32, 64, 128, 256],
      learning_rate: SCHEDULES,
      learning_rate_init: RATES,
      early_stopping,
    };
  }
  if (size === "higgs" || size === "imputation") {
    const higgs = size === "higgs";
    return {
      ...layers([500], [3]),
      alpha: higgs ? [0] : [0, 1e-4, 1e-2],
      batch_size: higgs ? [512, 1024] : [128, 256],
      learning_rate: ["constant"],
      learning_rate_init: [1e-4, 1e-3, 1e-2],
      early_stopping,
    };
  }
  return {
    ...layers([25, 100, 500], [3]),
    alpha: [0, 1e-4, 1e-2],
    batch_size: [128, 256],
    learning_rate: SCHEDULES,
    learning_rate_init: [1e-5, 1e-4, 1e-3, 1e-2, 0.1],
    early_stopping,
  };
}

/** Small grids that came out well; those for imputation are the ones whose choices are known on the windows of chromosome 20. */
const QUICK: Partial<Grids> = {
  xgboost: (size): Lists =>
    size === "imputation"
      ? { learning_rate: [0.3], max_depth: [3, 5], n_estimators: [50, 200], min_child_weight: [0.01, 1] }
      : { learning_rate: [0.1, 0.3], max_depth: [3, 5], n_estimators: [100, 500] },
  lightgbm: () => ({ learning_rate: [0.1], max_depth: [3, 5], n_estimators: [100, 500] }),
  "gradient-boosting": (size) => ({
    learning_rate: [0.1],
    max_depth: [3],
    n_estimators: size === "imputation" ? [50, 200] : [100, 500],
  }),
  "random-forest": () => ({ n_estimators: [200], max_features: ["sqrt", 0.5] }),
  knn: (size): Lists =>
    size === "imputation"
      ? { n_neighbors: [1, 2, 3, 5, 7, 10, 15, 20, 30, 50], weights: ["uniform", "distance"], p: [1] }
      : { n_neighbors: [2, 5, 10, 20, 50], weights: ["distance"], p: [1, 2] },
  mlp: (size): Lists =>
    size === "imputation"
      ? { hidden_layer_sizes: [[500, 500, 500]], batch_size: [64], alpha: [1e-4], max_iter: [20, 60, 150] }
      : {
        hidden_layer_sizes: [[100, 100, 100], [250, 250]],
        batch_size: [size === "small" ? 32 : 128],
        alpha: [1e-3],
        learning_rate_init: [1e-3, 5e-3],
        early_stopping: [true],
      },
  "bayesian-ridge": () => ({}),
};
