import { check, type Node, node, operation, sameShape, sizeOf, type TensorType, typeText } from "../node.ts";

export function reshape(x: Node, shape: readonly number[]): Node {
  if (sameShape(x.shape, shape)) return x;
  check(sizeOf(x.shape) === sizeOf(shape), () => `reshape: ${typeText(x)} to [${shape}]`);
  const type: TensorType = { shape, element: x.element };
  return operation(type, [x], ([a]) => `stablehlo.reshape ${a}`);
}

/** `dims[i]` is the axis of the result that axis i of `x` becomes; axes of size 1 are repeated. */
export function broadcastInDim(x: Node, dims: readonly number[], shape: readonly number[]): Node {
  check(
    dims.length === x.shape.length &&
      x.shape.every((n, i) => dims[i]! < shape.length && (n === 1 || n === shape[dims[i]!])),
    () => `broadcast_in_dim: ${typeText(x)} by [${dims}] to [${shape}]`,
  );
  const type: TensorType = { shape, element: x.element };
  return operation(type, [x], ([a]) => `stablehlo.broadcast_in_dim ${a}, dims = [${dims.join(", ")}]`);
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
  return operation(type, [x], ([a]) => `stablehlo.transpose ${a}, dims = [${permutation.join(", ")}]`);
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
  return operation(type, [x], ([a]) => `stablehlo.slice ${a} [${ranges}]`);
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
  return operation(type, parts, (names) => `stablehlo.concatenate ${names.join(", ")}, dim = ${axis}`);
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
  return operation(
    type,
    [x, value],
    ([a, v]) =>
      `stablehlo.pad ${a}, ${v}, low = ${list(low)}, high = ${list(high)}, interior = ${
        list(low.map(() => 0))
      }`,
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
