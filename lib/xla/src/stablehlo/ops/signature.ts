import { type Node, node, type TensorType, typeText } from "../node.ts";

/** The types of an operation, as StableHLO writes them. */
const signature = (operands: readonly Node[], result: TensorType): string =>
  `(${operands.map(typeText).join(", ")}) -> ${typeText(result)}`;

/** An operation whose text ends with the types of its operands and of its result. */
export const operation = (
  result: TensorType,
  operands: readonly Node[],
  text: (names: readonly string[]) => string,
): Node => node(result, operands, (names) => `${text(names)} : ${signature(operands, result)}`);
