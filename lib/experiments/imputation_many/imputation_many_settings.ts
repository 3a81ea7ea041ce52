import { UserError } from "../../errors.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { completeRecipe, type Recipe } from "../../train/table/recipe.ts";
import { PUBLISHED_IMPUTATION, type PublishedImputation } from "../imputation/imputation_published.ts";
import { publishedRecipe, quickModel } from "../imputation/imputation_settings.ts";
import type { Profile } from "../profiles.ts";

/** The paper's experiments with many windows: Tables 4 and 8, Table 5, Table 9. */
export const MANY_BLOCKS = ["windows", "masking", "haplotypes"] as const;
export type ManyBlock = (typeof MANY_BLOCKS)[number];

const PUBLISHED_BLOCKS: Record<ManyBlock, PublishedImputation["block"]> = {
  windows: "multiple windows",
  masking: "masking",
  haplotypes: "more haplotypes",
};

/** SPIN, and NPT of which there are published runs with more haplotypes alone. */
export const MANY_MODELS = ["spin", "npt"] as const;
export type ManyModel = (typeof MANY_MODELS)[number];

/** The experiments of a list of names. @throws UserError for an unknown one. */
export const asManyBlocks = (names: readonly string[]) => known("experiments", names, MANY_BLOCKS);

/** The models of a list of names. @throws UserError for an unknown one. */
export const asManyModels = (names: readonly string[]) => known("models", names, MANY_MODELS);

function known<T extends string>(what: string, names: readonly string[], expected: readonly T[]): T[] {
  return names.map((name) => {
    if ((expected as readonly string[]).includes(name)) return name as T;
    throw new UserError(`${what}: expected some of ${expected.join(", ")}, found "${name}"`);
  });
}

/** One training. */
export interface ManySetting {
  block: ManyBlock;
  model: ManyModel;
  /** Targets of a window. */
  size: number;
  /** Share of the train samples. */
  proportion: number;
  recipe: Recipe;
}

/** What of the experiments is run; what is left out is the profile's. */
export interface ManyChoice {
  blocks: readonly ManyBlock[];
  models: readonly ManyModel[];
  /** Targets of a window, with many windows. */
  sizes?: readonly number[];
  /** With more haplotypes. */
  proportions?: readonly number[];
}

/** Windows to train on, and windows that no training sees. The reference has 10 and none. */
export const MANY_WINDOWS = { quick: { seen: 4, unseen: 2 }, paper: { seen: 10, unseen: 5 } } as const;

const QUICK: Record<ManyBlock, Pick<PublishedImputation, "size" | "proportions">> = {
  windows: { size: 100, proportions: [1] },
  masking: { size: 100, proportions: [1] },
  haplotypes: { size: 300, proportions: [0.05, 0.15, 0.3, 1] },
};

/**
 * The trainings of a choice. `paper`: the published ones (reference sections 5.1 to 5.3), with windows of B1's region. `quick`:
 * narrow models and some hundred steps; half of the rows of a batch show their labels.
 *
 * @throws UserError if nothing is left of the published runs.
 */
export function manySettings(profile: Profile, choice: ManyChoice, seed: number): ManySetting[] {
  const settings = choice.blocks.flatMap((block) =>
    choice.models.flatMap((model) =>
      profile === "paper" ? published(block, model, choice, seed) : quick(block, model, choice, seed)
    )
  );
  if (settings.length === 0) {
    throw new UserError(
      `no run of ${choice.models.join(", ")} was published for ${choice.blocks.join(", ")}`,
    );
  }
  return settings;
}

function published(block: ManyBlock, model: ManyModel, choice: ManyChoice, seed: number): ManySetting[] {
  const rows = PUBLISHED_IMPUTATION.filter((row) =>
    row.block === PUBLISHED_BLOCKS[block] && row.model === model
  );
  const { sizes } = choice;
  const chosen = block === "windows" && sizes ? rows.filter(({ size }) => sizes.includes(size)) : rows;
  return chosen.flatMap((row) => {
    const recipe = publishedRecipe(row, seed);
    const proportions = block === "haplotypes" ? choice.proportions ?? row.proportions : [1];
    // A look at all windows together, as seldom as the reference has looked at each.
    const once = { ...recipe, evaluateEvery: row.evaluateEvery * row.windows };
    return proportions.map((proportion) => ({ block, model, size: row.size, proportion, recipe: once }));
  });
}

function quick(block: ManyBlock, model: ManyModel, choice: ManyChoice, seed: number): ManySetting[] {
  const { size, proportions } = QUICK[block];
  const sizes = block === "windows" ? choice.sizes ?? [size] : [size];
  const shares = block === "haplotypes" ? choice.proportions ?? proportions : proportions;
  // Whole rows first: with many windows they are masked so, too.
  const chunks = block === "masking" ? [true, false] : [true];
  return sizes.flatMap((size) =>
    shares.flatMap((proportion) =>
      chunks.map((chunkMask) => ({
        block,
        model,
        size,
        proportion,
        recipe: quickRecipe(model, chunkMask, seed),
      }))
    )
  );
}

const quickRecipe = (model: ManyModel, chunkMask: boolean, seed: number): Recipe =>
  completeRecipe({
    model: quickModel(model),
    optimizer: DEFAULT_OPTIMIZER,
    steps: 400,
    learningRate: 3e-2,
    flatShare: 0.5,
    tradeoff: 0,
    featureMask: 0,
    labelMask: 0.5,
    chunkMask,
    batchSize: 96,
    transductive: false,
    evaluateEvery: 40,
    criterion: "imputationR2",
    seed,
  });
