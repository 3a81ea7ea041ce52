import {
  check,
  leaf,
  type Node,
  type NodeRegion,
  operation,
  results,
  sameShape,
  splat,
  type TensorType,
  typeText,
} from "./node.ts";
import { binary, compare, reshape } from "./ops.ts";
import { recordsForCpu } from "./target.ts";

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
  const part = operation(
    type,
    [x, ...starts],
    (names) => `stablehlo.dynamic_slice ${names.join(", ")}, sizes = [${sizes.join(", ")}]`,
  );
  return { ...part, picks: true };
}

/** `x` with `update` written over its part that begins at `starts`, i32 scalars. */
export function dynamicUpdateSlice(x: Node, update: Node, starts: readonly Node[]): Node {
  checkStarts("dynamic_update_slice", x, starts);
  check(
    update.element === x.element && update.shape.length === x.shape.length &&
      update.shape.every((n, i) => n <= x.shape[i]!),
    () => `dynamic_update_slice: ${typeText(update)} into ${typeText(x)}`,
  );
  return operation(
    x,
    [x, update, ...starts],
    (names) => `stablehlo.dynamic_update_slice ${names.join(", ")}`,
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

/**
 * The same values, behind a wall: what computes them is computed once and stored, and the compiler neither merges nor moves
 * computations across it. It costs nothing when the program runs.
 */
export function barrier(xs: readonly Node[]): Node[] {
  if (xs.length === 0) return [];
  if (!recordsForCpu()) {
    return results(xs, xs, (names) => `stablehlo.optimization_barrier ${names.join(", ")} : ${types(xs)}`);
  }
  return results(xs, xs, (names) => `${callOfSame(types(xs), names)} : (${types(xs)}) -> (${types(xs)})`);
}

/** A call of the function that gives back its arguments. `emit` writes it; its types are its name. */
const callOfSame = (types: string, names: readonly string[]): string =>
  `func.call @"same(${types})"(${names.join(", ")}) {mhlo.frontend_attributes = {inlineable = "false"}}`;

/** The functions that the barriers of a program call. */
export function functionTexts(program: string): string {
  if (!program.includes("func.call")) return "";
  const signatures = new Set(
    [...program.matchAll(/func\.call @"same\((.*?)\)"/g)].map(([, types]) => types!),
  );
  return [...signatures].map((types) => {
    const list = types.split(", ");
    const parameters = list.map((type, i) => `%a${i}: ${type}`).join(", ");
    return `  func.func private @"same(${types})"(${parameters}) -> (${types}) {
    return ${list.map((_, i) => `%a${i}`).join(", ")} : ${types}
  }
`;
  }).join("");
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
  const body: NodeRegion = {
    parameters: [i, ...rest],
    outputs: [binary("add", i, index(1)), ...next, ...constant],
  };
  const counters = parameters() as [Node, ...Node[]];
  const condition: NodeRegion = {
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

/**
 * Computes something apart from all else, once all `operands` are there: nothing of it is shared with the same
 * computation elsewhere, or begun earlier.
 */
export const apart = (
  operands: readonly Node[],
  compute: (operands: readonly Node[]) => readonly Node[],
): readonly Node[] => compute(barrier(operands));
