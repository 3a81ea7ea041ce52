import { check, type Node, operation, results, splat, type TensorType, typeText } from "../node.ts";
import { precisionOf } from "../target.ts";

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
  return operation(
    type,
    [x, y],
    ([a, b]) =>
      `stablehlo.dot_general ${a}, ${b},${batching} contracting_dims = ${list(contract[0])} x ${
        list(contract[1])
      }${precisionOf(type.element)}`,
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
  return operation(
    type,
    [x, start],
    ([a, s]) =>
      `stablehlo.reduce(${a} init: ${s}) applies stablehlo.${op} across dimensions = [${axes.join(", ")}]`,
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
