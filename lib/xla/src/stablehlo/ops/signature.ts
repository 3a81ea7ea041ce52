import { type Node, type TensorType, typeText } from "../node.ts";

/** The types of an operation, as StableHLO writes them. */
export const signature = (operands: readonly Node[], result: TensorType): string =>
  `(${operands.map(typeText).join(", ")}) -> ${typeText(result)}`;
