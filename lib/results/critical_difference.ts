import { UserError } from "../errors.ts";

/** Studentised range over √2 at the level 0.05 for 2, 3, ... models (Demšar 2006, Table 5; further ones by the same formula). */
const QUANTILES = [
  1.96,
  2.343,
  2.569,
  2.728,
  2.85,
  2.949,
  3.031,
  3.102,
  3.164,
  3.219,
  3.268,
  3.313,
  3.354,
  3.391,
  3.426,
  3.458,
  3.489,
  3.517,
  3.544,
];

/**
 * By how much the average ranks of two models must differ to tell them apart at the level 0.05 (Nemenyi's test).
 *
 * @param models 2 to 20
 * @param sets that the ranks are averaged over
 * @throws UserError for another number of models, or no set
 */
export function criticalDifference(models: number, sets: number): number {
  const quantile = QUANTILES[models - 2];
  if (quantile === undefined || sets < 1) {
    throw new UserError(
      `critical difference: expected 2 to ${
        QUANTILES.length + 1
      } models and a set, found ${models} and ${sets}`,
    );
  }
  return quantile * Math.sqrt(models * (models + 1) / (6 * sets));
}
