import { share, whole } from "../../options.ts";
import { TABLE_OPTIONS } from "../table/options.ts";

const { steps, rate, width, depth, heads, h, f } = TABLE_OPTIONS;

/** The hyperparameters of SPIN on haplotypes, its encoder's as of tables, and where they stand in a `HaplotypeRecipe`. A new one is a line here. */
export const HAPLOTYPE_OPTIONS = {
  ...{ steps, rate, width, depth, heads, h, f },
  dropout: share("dropout", ["model.dropout"], 1),
  batch: whole("mosaics of a batch", ["batch"]),
  noise: share("share of the known alleles that are flipped", ["noise"]),
};
