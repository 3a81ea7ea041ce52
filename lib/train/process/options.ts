import { oneOf, type OptionsOf, positive, whole } from "../../options.ts";

/** The hyperparameters of neural processes, and where they stand in a `ProcessRecipe`. A new one is a line here. */
export const PROCESS_OPTIONS = {
  steps: whole("optimiser steps", ["steps"]),
  rate: positive("learning rate at its highest", "learningRate"),
  width: whole("width of hidden layers and latents", ["dims.dimHid", "dims.dimLat"]),
  depth: whole("layers of the encoders' networks", ["dims.encPreDepth", "dims.encVDepth"]),
  h: whole("inducing points", ["induce"]),
  schedule: oneOf("how the learning rate changes", "schedule", ["cosine", "constant"]),
  samples: whole("latent samples or bootstraps in training", ["samples"]),
  seed: whole("of weights, tasks and noise", ["seed"], -Infinity),
};

export type ProcessOptions = OptionsOf<typeof PROCESS_OPTIONS>;
