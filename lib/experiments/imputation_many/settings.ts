import type { ModelKind, TableModelConfig } from "../../models/table/mod.ts";
import { UserError } from "../../errors.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { changed, type Changes, type Settings, tableRecipe } from "../experiment.ts";
import {
  PUBLISHED_IMPUTATION,
  type PublishedImputation,
  publishedRecipe,
  quickRecipe,
} from "../imputation/settings.ts";
import type { Profile } from "../profiles.ts";

/** The paper's experiments with many windows, and their name among the published runs: Tables 4 and 8, Table 5, Table 9. */
const BLOCKS = {
  windows: "multiple windows",
  masking: "masking",
  haplotypes: "more haplotypes",
} as const satisfies Record<string, PublishedImputation["block"]>;
type ManyBlock = keyof typeof BLOCKS;

/** SPIN, and NPT of which there are published runs with more haplotypes alone. */
const MODELS = ["spin", "npt"] as const;

export interface ManySettings extends Settings {
  /** "windows", "masking", "haplotypes". */
  blocks: string[];
  /** "spin", "npt". */
  models: string[];
  /** Targets of a window, of the block "windows". */
  sizes: number[];
  /** Shares of the train samples, of the block "haplotypes". */
  proportions: number[];
  /** Windows to train on, and windows that no training sees. The reference has 10 and none. */
  seen: number;
  unseen: number;
  seeds: number[];
  steps: number;
  model: Partial<TableModelConfig>;
  recipe: Partial<Recipe>;
}

/** The settings of a profile with changes; `paper` has the published runs. @throws UserError for an unknown block or model */
export function manySettings(profile: Profile, changes?: Changes<ManySettings>): ManySettings {
  const defaults: Pick<
    ManySettings,
    "blocks" | "models" | "sizes" | "proportions" | "seen" | "unseen" | "seeds"
  > = profile === "quick"
    ? {
      blocks: ["windows", "masking"],
      models: ["spin"],
      sizes: [100],
      proportions: [0.05, 0.15, 0.3, 1],
      seen: 4,
      unseen: 2,
      seeds: [0],
    }
    : {
      blocks: Object.keys(BLOCKS),
      models: [...MODELS],
      sizes: [100, 200, 400],
      proportions: [0.01, 0.05, 0.15, 0.2, 0.25, 0.3, 1],
      seen: 10,
      unseen: 5,
      seeds: [42],
    };
  return changed<ManySettings>({ profile, ...defaults, steps: 0, model: {}, recipe: {} }, changes, {
    blocks: Object.keys(BLOCKS),
    models: MODELS,
  });
}

/** R² of the test haplotypes of each window, and that of the train frequency. */
export type ManyDetails = { [Part in "seen" | "unseen"]: { name: string; r2: number; frequency: number }[] };

export interface ManyTraining {
  block: ManyBlock;
  model: string;
  /** Targets of a window. */
  size: number;
  /** Share of the train samples. */
  proportion: number;
  recipe: Recipe;
}

/**
 * The trainings of some settings for one seed. `paper`: those of them that were published (`scripts/SPIN_scripts.sh`), with
 * windows of B1's region. `quick`: narrow models and some hundred steps; half of the rows of a batch show their labels.
 *
 * @throws UserError if none of them was published
 */
export function manyTrainings(settings: ManySettings, seed: number): ManyTraining[] {
  const { profile, blocks, models } = settings;
  const of = profile === "paper" ? published : quick;
  const trainings = (blocks as ManyBlock[]).flatMap((block) =>
    models.flatMap((model) => of(block, model, settings, seed).map((one) => ({ block, model, ...one })))
  );
  if (trainings.length === 0) {
    throw new UserError(`no run of ${models.join(", ")} was published for ${blocks.join(", ")} as asked for`);
  }
  return trainings.map((one) => ({ ...one, recipe: tableRecipe(one.recipe, settings) }));
}

type Training = Omit<ManyTraining, "block" | "model">;

function published(
  block: ManyBlock,
  model: string,
  { sizes, proportions }: ManySettings,
  seed: number,
): Training[] {
  return PUBLISHED_IMPUTATION.filter((row) =>
    row.block === BLOCKS[block] && row.model === model && (block !== "windows" || sizes.includes(row.size))
  ).flatMap((row) => {
    // All windows are evaluated together, as seldom as the reference evaluates each.
    const recipe = { ...publishedRecipe(row, seed), evaluateEvery: row.evaluateEvery * row.windows };
    const shares = row.proportions.filter((share) => block !== "haplotypes" || proportions.includes(share));
    return shares.map((proportion) => ({ size: row.size, proportion, recipe }));
  });
}

function quick(
  block: ManyBlock,
  model: string,
  { sizes, proportions }: ManySettings,
  seed: number,
): Training[] {
  const chosen = { windows: sizes, masking: [100], haplotypes: [300] }[block];
  const shares = block === "haplotypes" ? proportions : [1];
  // Whole rows first: with many windows they are masked so, too.
  const masks = block === "masking" ? [true, false] : [true];
  return chosen.flatMap((size) =>
    shares.flatMap((proportion) =>
      masks.map((chunkMask) => ({
        size,
        proportion,
        recipe: quickRecipe(model as ModelKind, {
          steps: 400,
          labelMask: 0.5,
          chunkMask,
          batchSize: 96,
          evaluateEvery: 40,
          seed,
        }),
      }))
    )
  );
}
