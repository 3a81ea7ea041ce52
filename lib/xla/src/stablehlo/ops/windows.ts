import { check, type Node, operation, sameShape, splat, type TensorType, typeText } from "../node.ts";

/** How windows move over each axis. All lists have an entry for each axis that windows move along. */
export interface Windows {
  sizes: readonly number[];
  strides: readonly number[];
  /** Entries added before and after; negative amounts cut off. */
  padding: readonly (readonly [low: number, high: number])[];
  /** Distance between neighbouring entries of the operand, with gaps between them. */
  baseDilations?: readonly number[];
  /** Distance between neighbouring entries of a window. */
  windowDilations?: readonly number[];
}

const ones = ({ sizes }: Windows): number[] => sizes.map(() => 1);

/** How many windows fit along each axis of the given lengths. */
function windowCounts(lengths: readonly number[], windows: Windows): number[] {
  const { sizes, strides, padding, baseDilations = ones(windows), windowDilations = ones(windows) } = windows;
  return lengths.map((length, i) => {
    const [low, high] = padding[i]!;
    const dilated = length === 0 ? 0 : (length - 1) * baseDilations[i]! + 1;
    const room = dilated + low + high - ((sizes[i]! - 1) * windowDilations[i]! + 1);
    return room < 0 ? 0 : Math.floor(room / strides[i]!) + 1;
  });
}

const array = (values: readonly number[]): string => `array<i64: ${values.join(", ")}>`;
const pairs = (padding: Windows["padding"]): string =>
  `[${padding.map((pair) => `[${pair.join(", ")}]`).join(", ")}]`;

function checkWindows(name: string, x: Node, { sizes, strides, padding }: Windows): void {
  check(
    x.shape.length > 0 && [sizes, strides, padding].every((list) => list.length === x.shape.length) &&
      [...sizes, ...strides].every((n) => n > 0),
    () => `${name}: windows [${sizes}] by steps [${strides}] over ${typeText(x)}`,
  );
}

type WindowFold = "add" | "multiply" | "maximum";

/** A fold of two scalars `%x` and `%y`. A NaN is never the larger one, as in tfjs's pooling. */
function foldText(op: WindowFold, scalar: string): string {
  if (op !== "maximum") return `%r = stablehlo.${op} %x, %y : ${scalar}`;
  const compared = `(${scalar}, ${scalar}) -> tensor<i1>`;
  return `%larger = stablehlo.compare GT, %y, %x : ${compared}
        %nan = stablehlo.compare NE, %x, %x : ${compared}
        %second = stablehlo.or %larger, %nan : tensor<i1>
        %r = stablehlo.select %second, %y, %x : tensor<i1>, ${scalar}`;
}

/** Folds every window over `x` into one value, starting from `initial`, which fills the padding. */
export function reduceWindow(op: WindowFold, x: Node, windows: Windows, initial: number): Node {
  checkWindows("reduce_window", x, windows);
  const { sizes, strides, padding, baseDilations = ones(windows), windowDilations = ones(windows) } = windows;
  const type: TensorType = { shape: windowCounts(x.shape, windows), element: x.element };
  const start = splat(initial, { shape: [], element: x.element });
  const scalar = typeText(start);
  return operation(
    type,
    [x, start],
    ([a, s]) =>
      `"stablehlo.reduce_window"(${a}, ${s}) <{window_dimensions = ${array(sizes)}, window_strides = ${
        array(strides)
      }, base_dilations = ${array(baseDilations)}, window_dilations = ${
        array(windowDilations)
      }, padding = dense<${pairs(padding)}> : tensor<${x.shape.length}x2xi64>}> ({
      ^bb0(%x: ${scalar}, %y: ${scalar}):
        ${foldText(op, scalar)}
        stablehlo.return %r : ${scalar}
    })`,
  );
}

/** Adds each entry of `source` to zeros of `x`'s shape, where its window over `x` has its (first) largest value. */
export function scatterToLargest(x: Node, source: Node, windows: Windows): Node {
  checkWindows("select_and_scatter", x, windows);
  check(
    sameShape(source.shape, windowCounts(x.shape, windows)) && source.element === x.element,
    () => `select_and_scatter: ${typeText(source)} into ${typeText(x)} by windows [${windows.sizes}]`,
  );
  const zero = splat(0, { shape: [], element: x.element });
  const scalar = typeText(zero);
  return operation(
    x,
    [x, source, zero],
    ([a, s, z]) =>
      `"stablehlo.select_and_scatter"(${a}, ${s}, ${z}) <{window_dimensions = ${
        array(windows.sizes)
      }, window_strides = ${array(windows.strides)}, padding = dense<${
        pairs(windows.padding)
      }> : tensor<${x.shape.length}x2xi64>}> ({
      ^bb0(%x: ${scalar}, %y: ${scalar}):
        %r = stablehlo.compare GE, %x, %y : (${scalar}, ${scalar}) -> tensor<i1>
        stablehlo.return %r : tensor<i1>
    }, {
      ^bb0(%x: ${scalar}, %y: ${scalar}):
        %r = stablehlo.add %x, %y : ${scalar}
        stablehlo.return %r : ${scalar}
    })`,
  );
}

/**
 * Which axis of an array is which: "b" batch, "f" features, "i" and "o" a filter's input and output features, numbers
 * for the axes that windows move along.
 */
export type AxisNames = readonly (string | number)[];

interface ConvolutionOptions extends Omit<Windows, "sizes"> {
  axes: { input: AxisNames; filter: AxisNames; output: AxisNames };
  /** The filter is read backwards. */
  reverse?: boolean;
  featureGroups?: number;
  batchGroups?: number;
}

/** The general convolution. `sizes` of the windows are the filter's. */
export function convolution(x: Node, filter: Node, options: ConvolutionOptions): Node {
  const { axes, strides, padding, reverse = false, featureGroups = 1, batchGroups = 1 } = options;
  const length = (of: Node, names: AxisNames, name: string | number) => of.shape[names.indexOf(name)]!;
  const spatial = strides.map((_, i) => i);
  const windows: Windows = { ...options, sizes: spatial.map((i) => length(filter, axes.filter, i)) };
  const counts = windowCounts(spatial.map((i) => length(x, axes.input, i)), windows);
  check(
    x.element === filter.element && x.shape.length === axes.input.length &&
      filter.shape.length === axes.filter.length &&
      length(x, axes.input, "f") === length(filter, axes.filter, "i") * featureGroups &&
      length(x, axes.input, "b") % batchGroups === 0 &&
      length(filter, axes.filter, "o") % (featureGroups * batchGroups) === 0,
    () => `convolution: ${typeText(x)} [${axes.input}] with ${typeText(filter)} [${axes.filter}]`,
  );
  const type: TensorType = {
    shape: axes.output.map((name) =>
      name === "b"
        ? length(x, axes.input, "b") / batchGroups
        : name === "f"
        ? length(filter, axes.filter, "o")
        : counts[name as number]!
    ),
    element: x.element,
  };
  const list = (values: readonly unknown[]) => `[${values.join(", ")}]`;
  const { baseDilations = ones(windows), windowDilations = ones(windows) } = options;
  return operation(
    type,
    [x, filter],
    ([a, b]) =>
      `stablehlo.convolution(${a}, ${b}) dim_numbers = ${list(axes.input)}x${list(axes.filter)}->${
        list(axes.output)
      }, window = {stride = ${list(strides)}, pad = ${pairs(padding)}, lhs_dilate = ${
        list(baseDilations)
      }, rhs_dilate = ${list(windowDilations)}, reverse = ${
        list(spatial.map(() => reverse))
      }} {batch_group_count = ${batchGroups} : i64, feature_group_count = ${featureGroups} : i64}`,
  );
}
