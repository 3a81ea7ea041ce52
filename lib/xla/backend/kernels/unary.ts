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
import { type Kernel, type KernelTable, like, type tf } from "./kernel.ts";

/** Elementwise kernels of one operand, in the arithmetic of tfjs's own cpu backend. */

const plain = (op: Unary): Kernel => ({ input }) => unary(op, input("x"));
const expanded = (op: Parameters<typeof special>[0]): Kernel => ({ input }) => special(op, input("x"));
const of = (f: (x: Node, attrs: Record<string, unknown>) => Node): Kernel => ({ input, attrs }) =>
  f(input("x"), attrs);

const positivePart = (x: Node): Node => binary("maximum", x, like(x, 0));
const isNaN = (x: Node): Node => compare("NE", x, x);

/** Values between two bounds, NaN kept. */
export const clamp = (x: Node, low: number, high: number): Node =>
  binary("minimum", binary("maximum", x, like(x, low)), like(x, high));

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
  Abs: plain("abs"),
  Acos: expanded("acos"),
  Acosh: expanded("acosh"),
  Asin: expanded("asin"),
  Asinh: expanded("asinh"),
  Atan: expanded("atan"),
  Atanh: expanded("atanh"),
  Cast: of((x, attrs) => cast(x, elementOf(attrs["dtype"] as tf.DataType))),
  Ceil: plain("ceil"),
  ClipByValue: of((x, attrs) => clamp(x, attrs["clipValueMin"] as number, attrs["clipValueMax"] as number)),
  Cos: plain("cosine"),
  Cosh: expanded("cosh"),
  Elu: of(elu),
  EluGrad: ({ input }) => {
    const [dy, y] = [input("dy"), input("y")];
    return select(compare("GE", y, like(y, 0)), dy, binary("multiply", dy, binary("add", y, like(y, 1))));
  },
  Erf: expanded("erf"),
  Exp: plain("exponential"),
  Expm1: plain("exponential_minus_one"),
  Floor: plain("floor"),
  IsFinite: of((x) => isFinite(x)),
  IsInf: of((x) => compare("EQ", unary("abs", x), like(x, Infinity))),
  IsNan: of(isNaN),
  LeakyRelu: of((x, attrs) => leaky(x, like(x, attrs["alpha"] as number))),
  Log: plain("log"),
  Log1p: plain("log_plus_one"),
  LogicalNot: plain("not"),
  Neg: plain("negate"),
  Reciprocal: of((x) => binary("divide", like(x, 1), x)),
  Relu: of(positivePart),
  Relu6: of((x) => clamp(x, 0, 6)),
  Round: plain("round_nearest_even"),
  Rsqrt: plain("rsqrt"),
  Selu: of((x) =>
    select(
      compare("GE", x, like(x, 0)),
      binary("multiply", x, like(x, SELU_SCALE)),
      binary("multiply", unary("exponential_minus_one", x), like(x, SELU_ALPHA)),
    )
  ),
  Sigmoid: plain("logistic"),
  Sign: plain("sign"),
  Sin: plain("sine"),
  Sinh: expanded("sinh"),
  Softplus: of((x) =>
    binary(
      "add",
      positivePart(x),
      unary("log_plus_one", unary("exponential", unary("negate", unary("abs", x)))),
    )
  ),
  Sqrt: plain("sqrt"),
  Square: of((x) => binary("multiply", x, x)),
  Step: of((x, attrs) => {
    const below = like(x, attrs["alpha"] as number);
    const step = select(compare("GT", x, like(x, 0)), like(x, 1), below);
    return x.element === "f32" ? select(isNaN(x), x, step) : step;
  }),
  Tan: plain("tan"),
  Tanh: plain("tanh"),
};
