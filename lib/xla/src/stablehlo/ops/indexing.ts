import { check, type Node, operation, sameShape, type TensorType, typeText } from "../node.ts";

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
  const parts = operation(
    type,
    [x, indices],
    ([a, i]) =>
      `"stablehlo.gather"(${a}, ${i}) <{dimension_numbers = #stablehlo.gather<offset_dims = [${offset}], collapsed_slice_dims = [${collapsed}], start_index_map = [${collapsed}], index_vector_dim = ${
        indices.shape.length - 1
      }>, slice_sizes = array<i64${sizes ? `: ${sizes}` : ""}>, indices_are_sorted = false}>`,
  );
  return { ...parts, picks: true };
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
  return operation(
    x,
    [x, indices, updates],
    ([a, i, u]) =>
      `"stablehlo.scatter"(${a}, ${i}, ${u}) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [${window}], inserted_window_dims = [${inserted}], scatter_dims_to_operand_dims = [${inserted}], index_vector_dim = ${batch}>, indices_are_sorted = false, unique_indices = false}> ({
      ^bb0(%old: ${scalar}, %new: ${scalar}):
        %sum = stablehlo.add %old, %new : ${scalar}
        stablehlo.return %sum : ${scalar}
    })`,
  );
}
