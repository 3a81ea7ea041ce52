import { backend_util } from "@tensorflow/tfjs-core";
import type { Node } from "../../stablehlo/node.ts";
import {
  type Binary,
  binary,
  broadcastInDim,
  broadcastTo,
  compare,
  type Comparison,
  convert,
  isFinite,
  select,
  unary,
} from "../../stablehlo/ops.ts";
import { float, type Kernel, type KernelTable, like, number, quotient } from "./kernel.ts";
import { leaky } from "./unary.ts";

/** Elementwise kernels of two operands, which broadcast as in NumPy. */

/** Both operands in their common shape. */
export function broadcastBoth(a: Node, b: Node): [Node, Node] {
  const shape = backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  return [broadcastTo(a, shape), broadcastTo(b, shape)];
}

const of = (f: (a: Node, b: Node) => Node): Kernel => ({ input }) =>
  f(...broadcastBoth(input("a"), input("b")));

const plain = (op: Binary): Kernel => of((a, b) => binary(op, number(a), number(b)));
const comparison = (direction: Comparison): Kernel => of((a, b) => compare(direction, a, b));

/** The larger or smaller of two values; NaN if either is NaN (XLA's own operation may return the other one). */
const extreme = (op: "maximum" | "minimum", a: Node, b: Node): Node =>
  a.element === "f32" ? select(compare("NE", b, b), b, binary(op, a, b)) : binary(op, a, b);

/** The quotient rounded down, int32 for all operands; 0 for a division of integers by 0. */
const floorDivide = (a: Node, b: Node): Node => {
  if (a.element === "f32") return convert(unary("floor", binary("divide", a, b)), "i32");
  const quotient = binary("divide", a, b);
  const remainder = binary("remainder", a, b);
  const inexact = compare("NE", remainder, like(a, 0));
  const opposite = compare("NE", compare("LT", a, like(a, 0)), compare("LT", b, like(b, 0)));
  const down = select(binary("and", inexact, opposite), binary("subtract", quotient, like(a, 1)), quotient);
  return select(compare("EQ", b, like(b, 0)), like(a, 0), down);
};

/** The remainder with the sign of the divisor; 0 for a division of integers by 0. */
const floorMod = (a: Node, b: Node): Node => {
  const remainder = binary("remainder", a, b);
  const opposite = compare("NE", compare("LT", a, like(a, 0)), compare("LT", b, like(b, 0)));
  const sum = binary("add", remainder, b);
  const moved = binary("remainder", sum, b);
  if (a.element !== "f32") {
    return select(compare("EQ", b, like(b, 0)), like(a, 0), select(opposite, moved, remainder));
  }
  // A remainder that is lost beside the divisor leaves the divisor, not 0.
  const lost = binary(
    "and",
    binary("and", compare("EQ", sum, b), compare("NE", remainder, like(a, 0))),
    isFinite(b),
  );
  return select(opposite, select(lost, b, moved), remainder);
};

/** Powers of integers with negative exponents, which the compiler does not define, are cut off towards zero. */
const power = (a: Node, b: Node): Node => {
  if (a.element === "f32") return binary("power", a, b);
  const odd = compare("NE", binary("and", b, like(b, 1)), like(b, 0));
  const ofMinusOne = select(odd, like(a, -1), like(a, 1));
  const ofOthers = select(compare("EQ", a, like(a, 1)), like(a, 1), like(a, 0));
  const inverse = select(compare("EQ", a, like(a, -1)), ofMinusOne, ofOthers);
  return select(compare("LT", b, like(b, 0)), inverse, binary("power", a, binary("maximum", b, like(b, 0))));
};

/** Both operands in the type that holds either. */
const sameType = (a: Node, b: Node): [Node, Node] => {
  if (a.element === b.element) return [a, b];
  return a.element === "f32" || b.element === "f32" ? [float(a), float(b)] : [number(a), number(b)];
};

export const binaryKernels: KernelTable = {
  Add: plain("add"),
  AddN: ({ inputs }) => inputs().reduce((sum, x) => binary("add", sum, x)),
  Atan2: of((a, b) => binary("atan2", float(a), float(b))),
  BitwiseAnd: of((a, b) => binary("and", a, b)),
  Equal: comparison("EQ"),
  FloorDiv: of((a, b) => floorDivide(number(a), number(b))),
  Greater: comparison("GT"),
  GreaterEqual: comparison("GE"),
  Less: comparison("LT"),
  LessEqual: comparison("LE"),
  LogicalAnd: of((a, b) => binary("and", a, b)),
  LogicalOr: of((a, b) => binary("or", a, b)),
  Maximum: of((a, b) => extreme("maximum", number(a), number(b))),
  Minimum: of((a, b) => extreme("minimum", number(a), number(b))),
  Mod: of((a, b) => floorMod(number(a), number(b))),
  Multiply: plain("multiply"),
  NotEqual: comparison("NE"),
  Pow: of((a, b) => power(number(a), number(b))),
  Prelu: ({ input }) => leaky(...broadcastBoth(float(input("x")), float(input("alpha")))),
  RealDiv: of((a, b) => quotient(number(a), number(b))),
  Select: ({ input }) => {
    const condition = input("condition");
    const [t, e] = sameType(input("t"), input("e"));
    // A condition of rank 1 chooses whole rows.
    const full = condition.shape.length === 1 && t.shape.length > 1
      ? broadcastInDim(condition, [0], t.shape)
      : broadcastTo(condition, t.shape);
    return select(full, t, e);
  },
  SquaredDifference: of((a, b) => {
    const difference = binary("subtract", number(a), number(b));
    return binary("multiply", difference, difference);
  }),
  Sub: plain("subtract"),
};
