/** Models of a user's own among those of an experiment. */
import { createHash } from "node:crypto";
import type { BuildTableModel } from "../models/table/mod.ts";
import type { Process } from "../models/process/registry.ts";
import type { ProcessRecipe } from "../train/process/recipe.ts";
import type { Recipe } from "../train/table/recipe.ts";
import type { Json } from "../results/mod.ts";

/** A table model of one's own. Its records are known by its name and by the text of its function. */
export interface TableVariant {
  name: string;
  build: BuildTableModel;
  /** How its training differs from SPIN's; what the function takes from outside itself should be here, too. */
  recipe?: Partial<Recipe>;
}

/** Makes a neural process of one's own, with the widths and the seed of a recipe. */
export type BuildProcess = (recipe: ProcessRecipe) => Process;

/** A neural process of one's own; see `TableVariant`. */
export interface ProcessVariant {
  name: string;
  build: BuildProcess;
}

/** The name of a model in tables and records. */
export const nameOf = (model: string | { name: string }): string =>
  typeof model === "string" ? model : model.name;

/** What tells the records of a variant from those of an earlier text of it; nothing for models by name. */
export function variantConfiguration(
  model: string | { build: { toString(): string } },
): Record<string, Json> {
  if (typeof model === "string") return {};
  return { build: createHash("sha256").update(model.build.toString()).digest("hex").slice(0, 16) };
}
