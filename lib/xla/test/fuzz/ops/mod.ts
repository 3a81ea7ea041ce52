import type * as tf from "@tensorflow/tfjs-core";
import type { Op } from "../draft.ts";
import { binaryOps } from "./binary.ts";
import { choices } from "./choices.ts";
import { foldOps } from "./folds.ts";
import { indexingOps } from "./indexing.ts";
import { parts } from "./parts.ts";
import { productOps } from "./products.ts";
import { shapeOps } from "./shapes.ts";
import type { FuzzProgram } from "../program.ts";
import { unaryOps } from "./unary.ts";

/** All operations that random programs are made of, by name. */
export const ops: Record<string, Op> = {
  ...unaryOps,
  ...binaryOps,
  ...choices,
  ...foldOps,
  ...indexingOps,
  ...parts,
  ...productOps,
  ...shapeOps,
};

/** The values of all steps, in their order. */
export function evaluate({ steps }: FuzzProgram, leaves: readonly tf.Tensor[]): tf.Tensor[] {
  const values = [...leaves];
  for (const { op, inputs, attrs } of steps) values.push(ops[op]!.run(inputs.map((i) => values[i]!), attrs));
  return values.slice(leaves.length);
}
