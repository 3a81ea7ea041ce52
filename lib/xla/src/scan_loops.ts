import type { Closure } from "./closure.ts";
import { entryAt, forLoop, index, withEntry } from "./stablehlo/control.ts";
import { type Node, splat } from "./stablehlo/node.ts";
import { binary } from "./stablehlo/ops.ts";
import { leavesOf, substitute } from "./stablehlo/substitute.ts";

/** A scan whose step is recorded. */
export interface Plan {
  length: number;
  reverse: boolean;
  /** The closure is given so many carries, then so many sequences; its outputs are as many carries, then the rest. */
  carries: number;
  sequences: number;
  closure: Closure;
}

/** Which carries, sequences and captures the gradient reads, by their places. */
interface Saved {
  carries: number[];
  sequences: number[];
  captures: number[];
}

const gradientsOf = ({ closure: { gradient } }: Plan): Node[] =>
  gradient
    ? [...gradient.given.filter((node) => node !== undefined), ...gradient.outside.map(({ node }) => node)]
    : [];

export function savedOf(plan: Plan): Saved {
  const read = leavesOf(gradientsOf(plan));
  const places = (leaves: readonly Node[]) => leaves.flatMap(({ leaf }, i) => read.has(leaf!) ? [i] : []);
  const { given, captures } = plan.closure;
  return {
    carries: places(given.slice(0, plan.carries)),
    sequences: places(given.slice(plan.carries)),
    captures: places(captures.map(({ leaf }) => leaf)),
  };
}

const zeros = (like: Node): Node => splat(0, like);

/** Room for one value per step. */
const stack = ({ length }: Plan, like: Node): Node =>
  splat(0, { shape: [length, ...like.shape], element: like.element });

/** The entry of the sequences that step i works on: in the order of the steps, or of the gradient's steps. */
const entryOf = ({ length, reverse }: Plan, i: Node, order: "forward" | "backward"): Node =>
  reverse === (order === "backward") ? i : binary("subtract", index(length - 1), i);

/**
 * The loop of the scan.
 *
 * @param operands carries, sequences, captures
 * @returns last carries, stacked outputs, then the carries before each step that `saved` names, stacked
 */
export function forward(plan: Plan, saved: Saved, operands: readonly Node[]): Node[] {
  const { length, carries, sequences, closure } = plan;
  const leaves = [...closure.given, ...closure.captures.map(({ leaf }) => leaf)];
  const initial = operands.slice(0, carries);
  const outputs = closure.outputs.slice(carries);
  const kept = saved.carries.map((k) => leaves[k]!);
  const room = [...outputs, ...kept].map((node) => stack(plan, node));
  if (length === 0) return [...initial, ...room];
  const read = leavesOf(closure.outputs);
  const invariant = operands.map((_, k) => k).filter((k) => k >= carries && read.has(leaves[k]!.leaf!));
  return forLoop(length, [...initial, ...room], invariant.map((k) => operands[k]!), (i, state, constant) => {
    const at = entryOf(plan, i, "forward");
    const replace = new Map(state.slice(0, carries).map((value, k) => [leaves[k]!.leaf!, value]));
    invariant.forEach((k, j) => {
      const value = constant[j]!;
      replace.set(leaves[k]!.leaf!, k < carries + sequences ? entryAt(value, at) : value);
    });
    const made = substitute(closure.outputs, replace);
    const entries = [...made.slice(carries), ...saved.carries.map((k) => state[k]!)];
    return [
      ...made.slice(0, carries),
      ...entries.map((entry, j) => withEntry(state[carries + j]!, at, entry)),
    ];
  });
}

/**
 * The loop of its gradient, from the last step to the first.
 *
 * @param dys gradients of the last carries and of the stacked outputs
 * @param kept what `saved` names: sequences, captures, stacked carries
 * @returns gradients of carries, sequences and tensors from outside; undefined where they are zero
 */
export function backward(
  plan: Plan,
  saved: Saved,
  dys: readonly Node[],
  kept: readonly Node[],
): (Node | undefined)[] {
  const { length, carries, closure: { given, captures, gradient } } = plan;
  const { outputs, given: gradients, outside } = gradient!;
  const flowing = Array.from({ length: carries }, (_, k) => k).filter((k) => outputs[k] !== undefined);
  const stacked = gradients.map((_, k) => k).filter((k) => k >= carries && gradients[k] !== undefined);
  const read = leavesOf(gradientsOf(plan));
  // Outputs whose gradient another one depends on.
  const told = outputs.map((_, k) => k).filter((k) =>
    k >= carries && outputs[k] && read.has(outputs[k].leaf!)
  );

  const initial = [
    ...flowing.map((k) => dys[k]!),
    ...stacked.map((k) => stack(plan, given[k]!)),
    ...outside.map(({ node }) => zeros(node)),
  ];
  const leaves = [
    ...saved.sequences.map((k) => given[carries + k]!),
    ...saved.captures.map((k) => captures[k]!.leaf),
    ...saved.carries.map((k) => given[k]!),
    ...told.map((k) => outputs[k]!),
  ];
  const whole = (j: number) =>
    j >= saved.sequences.length && j < saved.sequences.length + saved.captures.length;
  const operands = [...kept, ...told.map((k) => dys[k]!)];

  const done = length === 0 ? initial : forLoop(length, initial, operands, (i, state, constant) => {
    const at = entryOf(plan, i, "backward");
    const replace = new Map(flowing.map((k, j) => [outputs[k]!.leaf!, state[j]!]));
    constant.forEach((value, j) => {
      replace.set(leaves[j]!.leaf!, whole(j) ? value : entryAt(value, at));
    });
    const wanted = [...flowing, ...stacked].map((k) => gradients[k] ?? zeros(given[k]!));
    const made = substitute([...wanted, ...outside.map(({ node }) => node)], replace);
    return made.map((value, j) => {
      if (j < flowing.length) return value;
      const room = state[j]!;
      if (j < flowing.length + stacked.length) return withEntry(room, at, value);
      return binary("add", room, value);
    });
  });
  const places = new Map([...flowing, ...stacked].map((k, j) => [k, done[j]!]));
  return [...given.map((_, k) => places.get(k)), ...done.slice(flowing.length + stacked.length)];
}
