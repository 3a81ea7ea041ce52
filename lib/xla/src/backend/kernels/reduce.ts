import { type Node, sizeOf, splat } from "../../stablehlo/node.ts";
import {
  binary,
  broadcastInDim,
  compare,
  convert,
  dotGeneral,
  iota,
  reduce,
  reshape,
  select,
  slice,
  unary,
} from "../../stablehlo/ops.ts";
import { recordsForCpu } from "../../stablehlo/target.ts";
import { axesOf, type Kernel, type KernelTable, like, number } from "./kernel.ts";

/** Kernels that fold axes away, and the softmax built on them. */

type Fold = (x: Node, axes: number[]) => Node;

/** The values that every other one exceeds, and that exceed every other one. */
const lowest = (x: Node): number => x.element === "f32" ? -Infinity : x.element === "i1" ? 0 : -(2 ** 31);
const highest = (x: Node): number => x.element === "f32" ? Infinity : x.element === "i1" ? 1 : 2 ** 31 - 1;

/** Folds the axes that the attributes name, keeping them with length 1 if they say so. */
const folding = (fold: Fold): Kernel => ({ input, attrs }) => {
  const x = input("x");
  const axes = axesOf(attrs["axis"] ?? attrs["reductionIndices"], x.shape.length);
  const folded = fold(x, axes);
  return attrs["keepDims"] ? reshape(folded, x.shape.map((n, i) => axes.includes(i) ? 1 : n)) : folded;
};

/** Columns from so many rows on, and so many of them, are summed by a product. */
const MANY_ROWS = 256;
const SOME_COLUMNS = 8;
/** Rows of ones in that product: with fewer the compiler takes it for a sum again. */
const ONES = 4;

/**
 * The sums of columns [rows, width] as a product with ones, for the CPU: it runs on all cores in code that is there already,
 * where a sum over rows, as in every gradient of a bias, is a loop of one core, to be compiled.
 */
function columnSums(x: Node): Node {
  const [rows, width] = x.shape as [number, number];
  const ones = splat(1, { shape: [ONES, rows], element: x.element });
  const all = dotGeneral(ones, x, { batch: [[], []], contract: [[1], [0]] });
  return slice(all, [0, 0], [1, width]);
}

const sum: Fold = (x, axes) => {
  const leading = [...axes].sort((a, b) => a - b).every((axis, i) => axis === i);
  const kept = x.shape.slice(axes.length);
  const [rows, width] = [sizeOf(x.shape.slice(0, axes.length)), sizeOf(kept)];
  return recordsForCpu() && x.element === "f32" && leading && rows >= MANY_ROWS && width >= SOME_COLUMNS
    ? reshape(columnSums(reshape(x, [rows, width])), kept)
    : reduce("add", number(x), axes, 0);
};

const mean: Fold = (x, axes) => {
  const total = reduce("add", convert(x, "f32"), axes, 0);
  return binary("divide", total, like(total, sizeOf(axes.map((axis) => x.shape[axis]!))));
};

const max: Fold = (x, axes) => reduce("maximum", x, axes, lowest(x));
const min: Fold = (x, axes) => reduce("minimum", x, axes, highest(x));

const isNaN = (x: Node): Node => compare("NE", x, x);

/** NaN where any value is NaN, which XLA's own folds do not promise. */
const withNaN = (fold: Fold): Fold => (x, axes) => {
  const folded = fold(x, axes);
  if (x.element !== "f32") return folded;
  return select(reduce("or", isNaN(x), axes, 0), like(folded, NaN), folded);
};

/** The first index along an axis at which the extreme value stands; NaN is passed over. */
const argument = (extreme: Fold, worst: (x: Node) => number): Kernel => ({ input, attrs }) => {
  const given = input("x");
  const x = given.element === "f32" ? select(isNaN(given), like(given, worst(given)), given) : given;
  const [axis] = axesOf(attrs["axis"] ?? 0, x.shape.length) as [number];
  if (x.shape[axis] === 0) return splat(0, { shape: x.shape.filter((_, i) => i !== axis), element: "i32" });
  const best = spread(extreme(x, [axis]), x, [axis]);
  const index = iota({ shape: x.shape, element: "i32" }, axis);
  return reduce(
    "minimum",
    select(compare("EQ", x, best), index, like(index, x.shape[axis]!)),
    [axis],
    2 ** 31 - 1,
  );
};

/** A folded value repeated along the axes it lost. */
function spread(folded: Node, x: Node, axes: readonly number[]): Node {
  return broadcastInDim(folded, x.shape.map((_, i) => i).filter((i) => !axes.includes(i)), x.shape);
}

/** exp(x - max) / sum(exp(x - max)) along the last axis. */
function softmax(x: Node): Node {
  const axes = [x.shape.length - 1];
  const exponentials = unary("exponential", binary("subtract", x, spread(max(x, axes), x, axes)));
  const total = reduce("add", exponentials, axes, 0);
  const inverse = binary("divide", splat(1, total), total);
  return binary("multiply", exponentials, spread(inverse, x, axes));
}

export const reduceKernels: KernelTable = {
  All: folding((x, axes) => reduce("and", x, axes, 1)),
  Any: folding((x, axes) => reduce("or", x, axes, 0)),
  ArgMax: argument(max, lowest),
  ArgMin: argument(min, highest),
  Max: folding(withNaN(max)),
  Mean: folding(mean),
  Min: folding(withNaN(min)),
  Prod: folding((x, axes) => reduce("multiply", number(x), axes, 1)),
  Softmax: ({ input }) => softmax(input("logits")),
  Sum: folding(sum),
};
