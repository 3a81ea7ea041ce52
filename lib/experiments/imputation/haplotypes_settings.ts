import { UserError } from "../../errors.ts";
import { DEFAULT_SETTINGS } from "../../imputation/settings.ts";
import type { HaplotypeRecipe } from "../../train/haplotype/fit.ts";
import { DEFAULT_HAPLOTYPE_CONFIG } from "../../models/haplotype/model.ts";
import type { Profile } from "../profiles.ts";

/**
 * - `spin-mosaics`: SPIN with the row's latent attributes as queries, trained on mosaics of the train haplotypes; it sees the 150 array
 *   sites of the window, as the reference's models do
 * - `copying`: the model of Li and Stephens, which reads all array sites of the region
 * - `spin-copying`: the mean of the logits of both
 */
export const HAPLOTYPE_MODELS = ["spin-mosaics", "copying", "spin-copying"] as const;
export type HaplotypeModel = (typeof HAPLOTYPE_MODELS)[number];

/** @throws UserError for an unknown name */
export function haplotypeModel(name: string): HaplotypeModel {
  if ((HAPLOTYPE_MODELS as readonly string[]).includes(name)) return name as HaplotypeModel;
  throw new UserError(`models: expected some of ${HAPLOTYPE_MODELS.join(", ")}, found "${name}"`);
}

export interface HaplotypeSettings {
  spin: Omit<HaplotypeRecipe, "seed">;
  copying: { ne: number; mismatch: number };
  /** Weight of SPIN's logits. */
  weight: number;
}

/** Chosen by R² on the validation haplotypes of B1; `paper` only trains longer, since nothing of the kind was published. */
export function haplotypeSettings(profile: Profile, steps = 0): HaplotypeSettings {
  const { recipe: { seed: _, ...recipe }, ne, mismatch } = DEFAULT_SETTINGS;
  return {
    spin: {
      ...recipe,
      model: { ...DEFAULT_HAPLOTYPE_CONFIG },
      learningRate: 2e-3,
      steps: steps || (profile === "paper" ? 10_000 : 1_000),
    },
    copying: { ne, mismatch },
    weight: 0.5,
  };
}
