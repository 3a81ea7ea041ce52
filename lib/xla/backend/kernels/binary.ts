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
  select,
  unary,
} from "../../stablehlo/ops.ts";
import { type Kernel, type KernelTable, like } from "./kernel.ts";
import { leaky } from "./unary.ts";

/** Elementwise kernels of two operands, which broadcast as in NumPy. */

/** Both operands in their common shape. */
export function broadcastBoth(a: Node, b: Node): [Node, Node] {
  const shape = backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  return [broadcastTo(a, shape), broadcastTo(b, shape)];
}

const of = (f: (a: Node, b: Node) => Node): Kernel => ({ input }) =>
  f(...broadcastBoth(input("a"), input("b")));

/** Arithmetic on bool operands is arithmetic on 0 and 1. */
const number = (x: Node): Node => x.element === "i1" ? convert(x, "i32") : x;
const plain = (op: Binary): Kernel => of((a, b) => binary(op, number(a), number(b)));
const comparison = (direction: Comparison): Kernel => of((a, b) => compare(direction, a, b));

const floorDivide = (a: Node, b: Node): Node => {
  if (a.element === "f32") return unary("floor", binary("divide", a, b));
  const quotient = binary("divide", a, b);
  const remainder = binary("remainder", a, b);
  const inexact = compare("NE", remainder, like(a, 0));
  const opposite = compare("NE", compare("LT", a, like(a, 0)), compare("LT", b, like(b, 0)));
  return select(binary("and", inexact, opposite), binary("subtract", quotient, like(a, 1)), quotient);
};

/** The remainder with the sign of the divisor. */
const floorMod = (a: Node, b: Node): Node => {
  const remainder = binary("remainder", a, b);
  const opposite = compare("NE", compare("LT", a, like(a, 0)), compare("LT", b, like(b, 0)));
  return select(opposite, binary("remainder", binary("add", remainder, b), b), remainder);
};

export const binaryKernels: KernelTable = {
  Add: plain("add"),
  AddN: ({ inputs }) => inputs().reduce((sum, x) => binary("add", sum, x)),
  Atan2: plain("atan2"),
  Equal: comparison("EQ"),
  FloorDiv: of(floorDivide),
  Greater: comparison("GT"),
  GreaterEqual: comparison("GE"),
  Less: comparison("LT"),
  LessEqual: comparison("LE"),
  LogicalAnd: of((a, b) => binary("and", a, b)),
  LogicalOr: of((a, b) => binary("or", a, b)),
  Maximum: plain("maximum"),
  Minimum: plain("minimum"),
  Mod: of(floorMod),
  Multiply: plain("multiply"),
  NotEqual: comparison("NE"),
  Pow: plain("power"),
  Prelu: ({ input }) => leaky(...broadcastBoth(input("x"), input("alpha"))),
  RealDiv: plain("divide"),
  Select: ({ input }) => {
    const [condition, t, e] = [input("condition"), input("t"), input("e")];
    // A condition of rank 1 chooses whole rows.
    const full = condition.shape.length === 1 && t.shape.length > 1
      ? broadcastInDim(condition, [0], t.shape)
      : broadcastTo(condition, t.shape);
    return select(full, t, e);
  },
  SquaredDifference: of((a, b) => {
    const difference = binary("subtract", a, b);
    return binary("multiply", difference, difference);
  }),
  Sub: plain("subtract"),
};
