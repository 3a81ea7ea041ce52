import { type Node, splat } from "../../stablehlo/node.ts";
import { pad, reduceWindow, slice } from "../../stablehlo/ops.ts";
import { axesOf, type Kernel, type KernelTable, number } from "./kernel.ts";

/** Running sums and products. */

/** `x` moved by one place along an axis, with `fill` at the place that becomes free. */
function shift(x: Node, axis: number, backwards: boolean, fill: number): Node {
  const at = (value: number) => x.shape.map((_, i) => i === axis ? value : 0);
  const length = x.shape[axis]!;
  const [begin, end] = backwards ? [1, length] : [0, length - 1];
  const kept = slice(x, at(begin), x.shape.map((n, i) => i === axis ? end : n));
  const value = splat(fill, { shape: [], element: x.element });
  return backwards ? pad(kept, value, at(0), at(1)) : pad(kept, value, at(1), at(0));
}

const cumulative = (op: "add" | "multiply", initial: number): Kernel => ({ input, attrs }) => {
  const x = number(input("x"));
  const [axis] = axesOf(attrs["axis"] ?? 0, x.shape.length) as [number];
  const length = x.shape[axis];
  if (!length || x.shape.includes(0)) return x;
  const backwards = Boolean(attrs["reverse"]);
  const along = (value: number, other: number) => x.shape.map((_, i) => i === axis ? value : other);
  const running = reduceWindow(op, x, {
    sizes: along(length, 1),
    strides: along(1, 1),
    padding: along(length - 1, 0).map((n) => backwards ? [0, n] : [n, 0]),
  }, initial);
  return attrs["exclusive"] ? shift(running, axis, backwards, initial) : running;
};

export const cumulativeKernels: KernelTable = {
  Cumprod: cumulative("multiply", 1),
  Cumsum: cumulative("add", 0),
};
