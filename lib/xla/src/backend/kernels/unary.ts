import type { ElementType } from "../../pjrt/buffer.ts";
import type { Node } from "../../stablehlo/node.ts";
import {
  binary,
  compare,
  convert,
  isFinite,
  select,
  special,
  type Unary,
  unary,
} from "../../stablehlo/ops.ts";
import { elementOf } from "../dtypes.ts";
import { float, type Kernel, type KernelTable, like, number, quotient, type tf } from "./kernel.ts";

/** Elementwise kernels of one operand, in the arithmetic of tfjs's own cpu backend. */

/** Functions of real numbers: integers become float32 first, and the result is float32. */
const real = (op: Unary): Kernel => ({ input }) => unary(op, float(input("x")));
/** Roundings leave integers as they are. */
const rounding = (op: Unary): Kernel => ({ input }) => {
  const x = number(input("x"));
  return x.element === "f32" ? unary(op, x) : x;
};
const expanded = (op: Parameters<typeof special>[0]): Kernel => ({ input }) => special(op, float(input("x")));
const ofReal = (f: (x: Node, attrs: Record<string, unknown>) => Node): Kernel => ({ input, attrs }) =>
  f(float(input("x")), attrs);
const of = (f: (x: Node, attrs: Record<string, unknown>) => Node): Kernel => ({ input, attrs }) =>
  f(input("x"), attrs);

/** NaN is kept, which the compiler's own maximum does not promise. */
export const positivePart = (x: Node): Node => select(compare("LT", x, like(x, 0)), like(x, 0), x);
const isNaN = (x: Node): Node => compare("NE", x, x);

/** Values between two bounds, NaN kept. Infinite bounds of integers are the ends of their range. */
export const clamp = (x: Node, low: number, high: number): Node => {
  const bound = (value: number) =>
    like(x, x.element === "f32" ? value : Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1));
  // The compiler's own minimum and maximum do not promise to keep NaN.
  const below = select(compare("LT", x, bound(low)), bound(low), x);
  return select(compare("GT", x, bound(high)), bound(high), below);
};

/** A conversion as tfjs's cast does it: to bool by comparison with zero, to int by truncation. */
export function cast(x: Node, element: ElementType): Node {
  return element === "i1" && x.element !== "i1" ? compare("NE", x, like(x, 0)) : convert(x, element);
}

/** Negative values times a slope (an array of x's shape). */
export const leaky = (x: Node, slope: Node): Node =>
  select(compare("LT", x, like(x, 0)), binary("multiply", x, slope), x);

const SELU_ALPHA = 1.7580993408473768;
const SELU_SCALE = 1.0507009873554805;

export const elu = (x: Node): Node =>
  select(compare("GE", x, like(x, 0)), x, unary("exponential_minus_one", x));

export const unaryKernels: KernelTable = {
  Abs: of((x) => unary("abs", number(x))),
  Acos: expanded("acos"),
  Acosh: expanded("acosh"),
  Asin: expanded("asin"),
  Asinh: expanded("asinh"),
  Atan: expanded("atan"),
  Atanh: expanded("atanh"),
  Cast: of((x, attrs) => cast(x, elementOf(attrs["dtype"] as tf.DataType))),
  Ceil: rounding("ceil"),
  ClipByValue: of((x, attrs) => clamp(x, attrs["clipValueMin"] as number, attrs["clipValueMax"] as number)),
  Cos: real("cosine"),
  Cosh: expanded("cosh"),
  Elu: ofReal(elu),
  EluGrad: ({ input }) => {
    const [dy, y] = [input("dy"), input("y")];
    return select(compare("GE", y, like(y, 0)), dy, binary("multiply", dy, binary("add", y, like(y, 1))));
  },
  Erf: expanded("erf"),
  Exp: real("exponential"),
  Expm1: real("exponential_minus_one"),
  Floor: rounding("floor"),
  IsFinite: ofReal((x) => isFinite(x)),
  IsInf: ofReal((x) => compare("EQ", unary("abs", x), like(x, Infinity))),
  IsNan: of(isNaN),
  LeakyRelu: ofReal((x, attrs) => leaky(x, like(x, attrs["alpha"] as number))),
  Log: real("log"),
  Log1p: real("log_plus_one"),
  LogicalNot: of((x) => unary("not", x)),
  Neg: of((x) => unary("negate", number(x))),
  Reciprocal: of((x) => quotient(like(number(x), 1), number(x))),
  Relu: of(positivePart),
  Relu6: of((x) => clamp(x, 0, 6)),
  Round: rounding("round_nearest_even"),
  Rsqrt: real("rsqrt"),
  Selu: ofReal((x) =>
    select(
      compare("GE", x, like(x, 0)),
      binary("multiply", x, like(x, SELU_SCALE)),
      binary("multiply", unary("exponential_minus_one", x), like(x, SELU_ALPHA)),
    )
  ),
  Sigmoid: real("logistic"),
  Sign: of((x) => {
    const sign = unary("sign", number(x));
    return sign.element === "f32" ? select(isNaN(x), like(x, 0), sign) : sign;
  }),
  Sin: real("sine"),
  Sinh: expanded("sinh"),
  Softplus: ofReal((x) =>
    binary(
      "add",
      positivePart(x),
      unary("log_plus_one", unary("exponential", unary("negate", unary("abs", x)))),
    )
  ),
  Sqrt: real("sqrt"),
  Square: of((x) => binary("multiply", x, x)),
  Step: of((x, attrs) => {
    const below = like(x, attrs["alpha"] as number);
    const step = select(compare("GT", x, like(x, 0)), like(x, 1), below);
    return x.element === "f32" ? select(isNaN(x), x, step) : step;
  }),
  Tan: real("tan"),
  Tanh: real("tanh"),
};
