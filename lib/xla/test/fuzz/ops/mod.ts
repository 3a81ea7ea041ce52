import type { Op } from "../draft.ts";
import { binary } from "./binary.ts";
import { choices } from "./choices.ts";
import { folds } from "./folds.ts";
import { indexing } from "./indexing.ts";
import { parts } from "./parts.ts";
import { products } from "./products.ts";
import { shapes } from "./shapes.ts";
import { unary } from "./unary.ts";

/** All operations that random programs are made of, by name. */
export const ops: Record<string, Op> = {
  ...unary,
  ...binary,
  ...choices,
  ...folds,
  ...indexing,
  ...parts,
  ...products,
  ...shapes,
};
