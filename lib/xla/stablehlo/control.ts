import {
  check,
  leaf,
  type Node,
  node,
  type Region,
  results,
  sameShape,
  sizeOf,
  splat,
  type TensorType,
  typeText,
} from "./node.ts";
import { binary, compare, reshape, slice } from "./ops.ts";

const types = (nodes: readonly TensorType[]): string => nodes.map(typeText).join(", ");

const sameType = (a: TensorType, b: TensorType): boolean =>
  a.element === b.element && sameShape(a.shape, b.shape);

const INDEX: TensorType = { shape: [], element: "i32" };

/** An i32 scalar. */
export const index = (value: number): Node => splat(value, INDEX);

function checkStarts(name: string, x: Node, starts: readonly Node[]): void {
  check(
    starts.length === x.shape.length && starts.every((start) => sameType(start, INDEX)),
    () => `${name}: ${typeText(x)} at (${types(starts)})`,
  );
}

/** The part of `x` of the given sizes that begins at `starts`, i32 scalars; where it would stick out, it is moved in. */
export function dynamicSlice(x: Node, starts: readonly Node[], sizes: readonly number[]): Node {
  checkStarts("dynamic_slice", x, starts);
  check(
    sizes.length === x.shape.length && sizes.every((n, i) => n >= 0 && n <= x.shape[i]!),
    () => `dynamic_slice: sizes [${sizes}] of ${typeText(x)}`,
  );
  const type: TensorType = { shape: sizes, element: x.element };
  return node(
    type,
    [x, ...starts],
    ([a, ...at]) =>
      `stablehlo.dynamic_slice ${[a, ...at].join(", ")}, sizes = [${sizes.join(", ")}] : ` +
      `(${types([x, ...starts])}) -> ${typeText(type)}`,
  );
}

/** `x` with `update` written over its part that begins at `starts`, i32 scalars. */
export function dynamicUpdateSlice(x: Node, update: Node, starts: readonly Node[]): Node {
  checkStarts("dynamic_update_slice", x, starts);
  check(
    update.element === x.element && update.shape.length === x.shape.length &&
      update.shape.every((n, i) => n <= x.shape[i]!),
    () => `dynamic_update_slice: ${typeText(update)} into ${typeText(x)}`,
  );
  return node(
    x,
    [x, update, ...starts],
    (names) =>
      `stablehlo.dynamic_update_slice ${names.join(", ")} : ` +
      `(${types([x, update, ...starts])}) -> ${typeText(x)}`,
  );
}

const startsAt = (x: Node, i: Node): Node[] => [i, ...Array<Node>(x.shape.length - 1).fill(index(0))];

/** Entry `i` (an i32 scalar) of `x` along its first axis. */
export function entryAt(x: Node, i: Node): Node {
  const inner = x.shape.slice(1);
  return reshape(dynamicSlice(x, startsAt(x, i), [1, ...inner]), inner);
}

/** `x` with `value` as its entry `i` (an i32 scalar) along the first axis. */
export const withEntry = (x: Node, i: Node, value: Node): Node =>
  dynamicUpdateSlice(x, reshape(value, [1, ...value.shape]), startsAt(x, i));

/** The same values, behind a wall: the compiler neither merges nor moves computations across it. */
export function barrier(xs: readonly Node[]): Node[] {
  if (xs.length === 0) return [];
  return results(xs, xs, (names) => `stablehlo.optimization_barrier ${names.join(", ")} : ${types(xs)}`);
}

/**
 * Runs `step` for i = 0 … length - 1 on a state, as one loop of the program.
 *
 * @param invariant what every step reads: copied nowhere.
 * @param step is called once, to record it; it may use only what it is given.
 * @returns the last state
 * @throws ShapeError if a step's state has other types than the initial one.
 */
export function forLoop(
  length: number,
  initial: readonly Node[],
  invariant: readonly Node[],
  step: (i: Node, state: readonly Node[], invariant: readonly Node[]) => readonly Node[],
): Node[] {
  const operands = [index(0), ...initial, ...invariant];
  const parameters = () => operands.map((operand) => leaf(operand, {}));
  const [i, ...rest] = parameters() as [Node, ...Node[]];
  const state = rest.slice(0, initial.length);
  const constant = rest.slice(initial.length);
  const next = step(i, state, constant);
  check(
    next.length === state.length && next.every((value, k) => sameType(value, state[k]!)),
    () => `while: the state (${types(state)}) became (${types(next)})`,
  );
  const body: Region = {
    parameters: [i, ...rest],
    outputs: [binary("add", i, index(1)), ...next, ...constant],
  };
  const counters = parameters() as [Node, ...Node[]];
  const condition: Region = {
    parameters: counters,
    outputs: [compare("LT", counters[0], index(length))],
  };
  const done = results(
    operands,
    operands,
    (names, regions) =>
      `"stablehlo.while"(${names.join(", ")}) (${regions.join(", ")}) : (${types(operands)}) -> (${
        types(operands)
      })`,
    [condition, body],
  );
  return done.slice(1, 1 + initial.length);
}

/** True, though the compiler can't know it: the second lowest bit of a number's lowest bit is zero. */
function hiddenTrue(x: Node): Node {
  const scalar = reshape(slice(x, x.shape.map(() => 0), x.shape.map(() => 1)), []);
  const bits = node(
    INDEX,
    [scalar],
    ([a]) => `stablehlo.bitcast_convert ${a} : (${typeText(scalar)}) -> ${typeText(INDEX)}`,
  );
  const zero = binary("shift_right_logical", binary("and", bits, index(1)), index(1));
  return compare("EQ", zero, index(0));
}

/** What `compute` makes of the operands if the condition holds, else zeros. Only one of them is computed. */
function whether(
  condition: Node,
  operands: readonly Node[],
  compute: (operands: readonly Node[]) => readonly Node[],
): Node[] {
  const parameters = operands.map((operand) => leaf(operand, {}));
  const outputs = compute(parameters);
  const otherwise = outputs.map((type) => splat(0, type));
  return results(
    outputs,
    [condition, ...operands],
    ([name], regions) =>
      `"stablehlo.if"(${name}) (${regions.join(", ")}) : (tensor<i1>) -> (${types(outputs)})`,
    [{ parameters, outputs, operands: 1 }, { parameters, outputs: otherwise, operands: 1 }],
  );
}

/**
 * Computes something apart from all else, once all `operands` are there: nothing of it is shared with the same
 * computation elsewhere, or begun earlier. The last operand is float32.
 *
 * @param how a barrier, or a condition that always holds for compilers that drop barriers (XLA's for the CPU does,
 * before it looks for common computations)
 */
export function apart(
  operands: readonly Node[],
  compute: (operands: readonly Node[]) => readonly Node[],
  how: "barrier" | "condition",
): readonly Node[] {
  const last = operands.at(-1);
  if (how === "barrier" || !last || sizeOf(last.shape) === 0) return compute(barrier(operands));
  return whether(hiddenTrue(last), operands, compute);
}
