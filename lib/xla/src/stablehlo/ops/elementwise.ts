import type { ElementType } from "../../pjrt/buffer.ts";
import { check, type Node, node, operation, sameShape, type TensorType, typeText } from "../node.ts";

/** Elementwise operations of one operand that keep its type. */
export type Unary =
  | "abs"
  | "cbrt"
  | "ceil"
  | "cosine"
  | "exponential"
  | "exponential_minus_one"
  | "floor"
  | "log"
  | "log_plus_one"
  | "logistic"
  | "negate"
  | "not"
  | "round_nearest_even"
  | "rsqrt"
  | "sign"
  | "sine"
  | "sqrt"
  | "tan"
  | "tanh";

/** Elementwise operations of two operands of one type. */
export type Binary =
  | "add"
  | "and"
  | "atan2"
  | "divide"
  | "maximum"
  | "minimum"
  | "multiply"
  | "or"
  | "power"
  | "remainder"
  | "shift_left"
  | "shift_right_logical"
  | "subtract"
  | "xor";

export type Comparison = "EQ" | "NE" | "LT" | "LE" | "GT" | "GE";

const OF_INTEGERS: readonly (Unary | Binary)[] = [
  "not",
  "and",
  "or",
  "xor",
  "shift_left",
  "shift_right_logical",
];
const OF_NUMBERS: readonly Unary[] = ["abs", "negate", "sign"];

export function unary(op: Unary, x: Node): Node {
  const fits = OF_INTEGERS.includes(op)
    ? x.element !== "f32"
    : OF_NUMBERS.includes(op)
    ? x.element !== "i1"
    : x.element === "f32";
  check(fits, () => `${op}: ${typeText(x)}`);
  return node(x, [x], ([a]) => `stablehlo.${op} ${a} : ${typeText(x)}`);
}

/** Elementwise functions of the CHLO dialect, which the compiler expands. */
export function special(
  op: "erf" | "erf_inv" | "acos" | "acosh" | "asin" | "asinh" | "atan" | "atanh" | "cosh" | "sinh",
  x: Node,
): Node {
  check(x.element === "f32", () => `${op}: ${typeText(x)}`);
  return node(x, [x], ([a]) => `chlo.${op} ${a} : ${typeText(x)} -> ${typeText(x)}`);
}

export function binary(op: Binary, x: Node, y: Node): Node {
  const fits = OF_INTEGERS.includes(op) ? x.element !== "f32" : op !== "atan2" || x.element === "f32";
  check(
    sameShape(x.shape, y.shape) && x.element === y.element && fits,
    () => `${op}: ${typeText(x)} and ${typeText(y)}`,
  );
  return node(x, [x, y], ([a, b]) => `stablehlo.${op} ${a}, ${b} : ${typeText(x)}`);
}

export function compare(direction: Comparison, x: Node, y: Node): Node {
  check(
    sameShape(x.shape, y.shape) && x.element === y.element,
    () => `compare: ${typeText(x)} and ${typeText(y)}`,
  );
  const type: TensorType = { shape: x.shape, element: "i1" };
  return operation(type, [x, y], ([a, b]) => `stablehlo.compare ${direction}, ${a}, ${b}`);
}

export function isFinite(x: Node): Node {
  check(x.element === "f32", () => `is_finite: ${typeText(x)}`);
  const type: TensorType = { shape: x.shape, element: "i1" };
  return operation(type, [x], ([a]) => `stablehlo.is_finite ${a}`);
}

export function select(condition: Node, x: Node, y: Node): Node {
  check(
    condition.element === "i1" && sameShape(condition.shape, x.shape) && sameShape(x.shape, y.shape) &&
      x.element === y.element,
    () => `select: ${typeText(condition)} between ${typeText(x)} and ${typeText(y)}`,
  );
  return node(
    x,
    [condition, x, y],
    ([c, a, b]) => `stablehlo.select ${c}, ${a}, ${b} : ${typeText(condition)}, ${typeText(x)}`,
  );
}

export function convert(x: Node, element: ElementType): Node {
  if (x.element === element) return x;
  const type: TensorType = { shape: x.shape, element };
  return operation(type, [x], ([a]) => `stablehlo.convert ${a}`);
}
