import { type OptionsOf, positive, share, whole } from "../../options.ts";

/** The hyperparameters of SPIN on haplotypes, and where they stand in a `HaplotypeRecipe`. A new one is a line here. */
export const HAPLOTYPE_OPTIONS = {
  steps: whole("optimiser steps", ["steps"]),
  rate: positive("learning rate at its highest", "learningRate"),
  width: whole("width e of an embedded cell", ["model.embedding"]),
  depth: whole("attention blocks", ["model.depth"]),
  heads: whole("attention heads, a divisor of the width", ["model.heads"]),
  h: whole("datapoint inducing points, rows of H_D", ["model.h"]),
  f: whole("attribute inducing points, rows of H_A", ["model.f"]),
  dropout: share("dropout", ["model.dropout"], 1),
  batch: whole("mosaics of a batch", ["batch"]),
  noise: share("share of the known alleles that are flipped", ["noise"]),
};

export type HaplotypeOptions = OptionsOf<typeof HAPLOTYPE_OPTIONS>;
