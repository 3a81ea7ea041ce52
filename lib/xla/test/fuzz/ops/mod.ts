import type * as tf from "@tensorflow/tfjs-core";
import type { Op } from "../draft.ts";
import { binary } from "./binary.ts";
import { choices } from "./choices.ts";
import { folds } from "./folds.ts";
import { indexing } from "./indexing.ts";
import { parts } from "./parts.ts";
import { products } from "./products.ts";
import { shapes } from "./shapes.ts";
import type { FuzzProgram } from "../program.ts";
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

/** The values of all steps, in their order. */
export function evaluate({ steps }: FuzzProgram, leaves: readonly tf.Tensor[]): tf.Tensor[] {
  const values = [...leaves];
  for (const { op, inputs, attrs } of steps) values.push(ops[op]!.run(inputs.map((i) => values[i]!), attrs));
  return values.slice(leaves.length);
}
