import type { ElementType } from "../pjrt/buffer.ts";
import {
  check,
  type Node,
  node,
  results,
  sameShape,
  sizeOf,
  splat,
  type TensorType,
  typeText,
} from "./node.ts";

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

const signature = (operands: readonly Node[], result: TensorType): string =>
  `(${operands.map(typeText).join(", ")}) -> ${typeText(result)}`;

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
  return node(
    type,
    [x, y],
    ([a, b]) => `stablehlo.compare ${direction}, ${a}, ${b} : ${signature([x, y], type)}`,
  );
}

export function isFinite(x: Node): Node {
  check(x.element === "f32", () => `is_finite: ${typeText(x)}`);
  const type: TensorType = { shape: x.shape, element: "i1" };
  return node(type, [x], ([a]) => `stablehlo.is_finite ${a} : ${signature([x], type)}`);
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
  return node(type, [x], ([a]) => `stablehlo.convert ${a} : ${signature([x], type)}`);
}

export function reshape(x: Node, shape: readonly number[]): Node {
  if (sameShape(x.shape, shape)) return x;
  check(sizeOf(x.shape) === sizeOf(shape), () => `reshape: ${typeText(x)} to [${shape}]`);
  const type: TensorType = { shape, element: x.element };
  return node(type, [x], ([a]) => `stablehlo.reshape ${a} : ${signature([x], type)}`);
}

/** `dims[i]` is the axis of the result that axis i of `x` becomes; axes of size 1 are repeated. */
export function broadcastInDim(x: Node, dims: readonly number[], shape: readonly number[]): Node {
  check(
    dims.length === x.shape.length &&
      x.shape.every((n, i) => dims[i]! < shape.length && (n === 1 || n === shape[dims[i]!])),
    () => `broadcast_in_dim: ${typeText(x)} by [${dims}] to [${shape}]`,
  );
  const type: TensorType = { shape, element: x.element };
  return node(
    type,
    [x],
    ([a]) => `stablehlo.broadcast_in_dim ${a}, dims = [${dims.join(", ")}] : ${signature([x], type)}`,
  );
}

/** Broadcasting as NumPy does it: axes are matched from the last. */
export function broadcastTo(x: Node, shape: readonly number[]): Node {
  if (sameShape(x.shape, shape)) return x;
  const offset = shape.length - x.shape.length;
  check(offset >= 0, () => `broadcast: ${typeText(x)} to [${shape}]`);
  return broadcastInDim(x, x.shape.map((_, i) => i + offset), shape);
}

export function transpose(x: Node, permutation: readonly number[]): Node {
  check(
    permutation.length === x.shape.length && new Set(permutation).size === x.shape.length &&
      permutation.every((axis) => x.shape[axis] !== undefined),
    () => `transpose: ${typeText(x)} by [${permutation}]`,
  );
  if (permutation.every((axis, i) => axis === i)) return x;
  const type: TensorType = { shape: permutation.map((axis) => x.shape[axis]!), element: x.element };
  return node(
    type,
    [x],
    ([a]) => `stablehlo.transpose ${a}, dims = [${permutation.join(", ")}] : ${signature([x], type)}`,
  );
}

export function slice(
  x: Node,
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[] = begin.map(() => 1),
): Node {
  check(
    begin.length === x.shape.length &&
      begin.every((b, i) => b >= 0 && b <= end[i]! && end[i]! <= x.shape[i]! && strides[i]! > 0),
    () => `slice: ${typeText(x)} from [${begin}] to [${end}]`,
  );
  const type: TensorType = {
    shape: begin.map((b, i) => Math.ceil((end[i]! - b) / strides[i]!)),
    element: x.element,
  };
  if (sameShape(type.shape, x.shape)) return x;
  const ranges = begin.map((b, i) => `${b}:${end[i]}:${strides[i]}`).join(", ");
  return node(type, [x], ([a]) => `stablehlo.slice ${a} [${ranges}] : ${signature([x], type)}`);
}

export function concatenate(parts: readonly Node[], axis: number): Node {
  const first = parts[0];
  check(first !== undefined, () => "concatenate: no operand");
  check(
    first.shape[axis] !== undefined &&
      parts.every((part) =>
        part.element === first.element && part.shape.length === first.shape.length &&
        part.shape.every((n, i) => i === axis || n === first.shape[i])
      ),
    () => `concatenate along axis ${axis}: ${parts.map(typeText).join(", ")}`,
  );
  if (parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const type: TensorType = {
    shape: first.shape.map((n, i) => i === axis ? length : n),
    element: first.element,
  };
  return node(
    type,
    parts,
    (names) => `stablehlo.concatenate ${names.join(", ")}, dim = ${axis} : ${signature(parts, type)}`,
  );
}

/** Pads with `value` (a scalar node). Negative amounts are not accepted. */
export function pad(x: Node, value: Node, low: readonly number[], high: readonly number[]): Node {
  check(
    value.shape.length === 0 && value.element === x.element && low.length === x.shape.length &&
      high.length === x.shape.length && [...low, ...high].every((n) => n >= 0),
    () => `pad: ${typeText(x)} with ${typeText(value)} by [${low}] and [${high}]`,
  );
  const type: TensorType = { shape: x.shape.map((n, i) => n + low[i]! + high[i]!), element: x.element };
  const list = (values: readonly number[]) => `[${values.join(", ")}]`;
  return node(
    type,
    [x, value],
    ([a, v]) =>
      `stablehlo.pad ${a}, ${v}, low = ${list(low)}, high = ${list(high)}, interior = ${
        list(low.map(() => 0))
      } : ${signature([x, value], type)}`,
  );
}

export function reverse(x: Node, axes: readonly number[]): Node {
  if (axes.length === 0) return x;
  check(axes.every((axis) => x.shape[axis] !== undefined), () => `reverse: ${typeText(x)} along [${axes}]`);
  return node(x, [x], ([a]) => `stablehlo.reverse ${a}, dims = [${axes.join(", ")}] : ${typeText(x)}`);
}

export function iota(type: TensorType, axis: number): Node {
  check(axis >= 0 && axis < type.shape.length, () => `iota: axis ${axis} of ${typeText(type)}`);
  return node(type, [], () => `stablehlo.iota dim = ${axis} : ${typeText(type)}`);
}

export interface DotAxes {
  batch: readonly [readonly number[], readonly number[]];
  contract: readonly [readonly number[], readonly number[]];
}

/** The general product of tensors: batch axes first, then the free axes of `x`, then those of `y`. */
export function dotGeneral(x: Node, y: Node, { batch, contract }: DotAxes): Node {
  const pairs = (axes: DotAxes["batch"]) =>
    axes[0].every((axis, i) => x.shape[axis] === y.shape[axes[1][i]!]);
  check(
    x.element === y.element && pairs(batch) && pairs(contract),
    () =>
      `dot_general: ${typeText(x)} and ${typeText(y)}, batch [${batch.join("] x [")}], ` +
      `contracting [${contract.join("] x [")}]`,
  );
  const free = (shape: readonly number[], used: readonly number[]) =>
    shape.filter((_, i) => !used.includes(i));
  const type: TensorType = {
    shape: [
      ...batch[0].map((axis) => x.shape[axis]!),
      ...free(x.shape, [...batch[0], ...contract[0]]),
      ...free(y.shape, [...batch[1], ...contract[1]]),
    ],
    element: x.element,
  };
  const list = (axes: readonly number[]) => `[${axes.join(", ")}]`;
  const batching = batch[0].length === 0 ? "" : ` batching_dims = ${list(batch[0])} x ${list(batch[1])},`;
  return node(
    type,
    [x, y],
    ([a, b]) =>
      `stablehlo.dot_general ${a}, ${b},${batching} contracting_dims = ${list(contract[0])} x ${
        list(contract[1])
      } : ${signature([x, y], type)}`,
  );
}

/** Folds `axes` away, starting from `initial`. */
export function reduce(
  op: "add" | "multiply" | "maximum" | "minimum" | "and" | "or",
  x: Node,
  axes: readonly number[],
  initial: number,
): Node {
  if (axes.length === 0) return x;
  check(
    axes.every((axis) => axis >= 0 && axis < x.shape.length),
    () => `reduce: axes [${axes}] of ${typeText(x)}`,
  );
  const start = splat(initial, { shape: [], element: x.element });
  const type: TensorType = { shape: x.shape.filter((_, i) => !axes.includes(i)), element: x.element };
  return node(
    type,
    [x, start],
    ([a, s]) =>
      `stablehlo.reduce(${a} init: ${s}) applies stablehlo.${op} across dimensions = [${axes.join(", ")}] : ${
        signature([x, start], type)
      }`,
  );
}

/** The largest k entries along the last axis and their indices (i32), in falling order. */
export function topK(x: Node, k: number): [values: Node, indices: Node] {
  check(x.shape.length > 0 && k <= x.shape.at(-1)!, () => `top_k: ${k} of ${typeText(x)}`);
  const shape = [...x.shape.slice(0, -1), k];
  const types: TensorType[] = [{ shape, element: x.element }, { shape, element: "i32" }];
  const [values, indices] = results(
    types,
    [x],
    ([a]) => `chlo.top_k(${a}, k = ${k}) : ${typeText(x)} -> (${types.map(typeText).join(", ")})`,
  );
  return [values!, indices!];
}

/** Rows of `x` (slices along axis 0) chosen by the index vectors in the last axis of `indices`. */
export function gatherSlices(x: Node, indices: Node): Node {
  const depth = indices.shape.at(-1) ?? Infinity;
  check(
    depth <= x.shape.length && indices.element === "i32",
    () => `gather: ${typeText(x)} by ${typeText(indices)}`,
  );
  const batch = indices.shape.slice(0, -1);
  const inner = x.shape.slice(depth);
  const type: TensorType = { shape: [...batch, ...inner], element: x.element };
  const offset = inner.map((_, i) => batch.length + i).join(", ");
  const collapsed = x.shape.slice(0, depth).map((_, i) => i).join(", ");
  const sizes = x.shape.map((n, i) => i < depth ? 1 : n).join(", ");
  return node(
    type,
    [x, indices],
    ([a, i]) =>
      `"stablehlo.gather"(${a}, ${i}) <{dimension_numbers = #stablehlo.gather<offset_dims = [${offset}], collapsed_slice_dims = [${collapsed}], start_index_map = [${collapsed}], index_vector_dim = ${
        indices.shape.length - 1
      }>, slice_sizes = array<i64${sizes ? `: ${sizes}` : ""}>, indices_are_sorted = false}> : ${
        signature([x, indices], type)
      }`,
  );
}

/** Adds slices of `updates` into `x` at the index vectors in the last axis of `indices`. */
export function scatterAdd(x: Node, indices: Node, updates: Node): Node {
  const depth = indices.shape.at(-1) ?? Infinity;
  const batch = indices.shape.length - 1;
  check(
    depth <= x.shape.length && indices.element === "i32" && updates.element === x.element &&
      sameShape(updates.shape, [...indices.shape.slice(0, -1), ...x.shape.slice(depth)]),
    () => `scatter: ${typeText(updates)} into ${typeText(x)} by ${typeText(indices)}`,
  );
  const window = x.shape.slice(depth).map((_, i) => batch + i).join(", ");
  const inserted = x.shape.slice(0, depth).map((_, i) => i).join(", ");
  const scalar = typeText({ shape: [], element: x.element });
  return node(
    x,
    [x, indices, updates],
    ([a, i, u]) =>
      `"stablehlo.scatter"(${a}, ${i}, ${u}) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [${window}], inserted_window_dims = [${inserted}], scatter_dims_to_operand_dims = [${inserted}], index_vector_dim = ${batch}>, indices_are_sorted = false, unique_indices = false}> ({
      ^bb0(%old: ${scalar}, %new: ${scalar}):
        %sum = stablehlo.add %old, %new : ${scalar}
        stablehlo.return %sum : ${scalar}
    }) : ${signature([x, indices, updates], x)}`,
  );
}
