import { sizeOf } from "../../src/stablehlo/node.ts";
import * as tf from "@tensorflow/tfjs-core";
import { createDraft, leafValue, measure, type Proposal, type Value } from "./draft.ts";
import { ops } from "./ops/mod.ts";
import { flowThrough, type FuzzProgram } from "./program.ts";
import { createRandom } from "./random.ts";

/** Beyond these, rounding errors could come near the tolerance: such a use of an operation is not taken. */
const MOST_SLOPE = 200;
const MOST_FLOAT = 64;
const MOST_INT = 2 ** 20;
const MOST_ELEMENTS = 400;
/** Integers up to this are float32 without rounding. */
const WHOLE = 2 ** 22;

const MOST_RANK = 4;

/** The result of a use of an operation, or undefined if it leads where engines may differ. */
function resultOf(
  { inputs, bits, slope, gradient }: Proposal,
  tensor: tf.Tensor,
  index: number,
): Value | undefined {
  const known = measure(tensor);
  const { low, high, dtype, shape } = known;
  const largest = sizeOf(shape) === 0 ? 0 : Math.max(-low, high);
  const float = dtype === "float32";
  // A comparison with NaN is false.
  if (!(largest <= (float ? MOST_FLOAT : MOST_INT))) return undefined;
  if (sizeOf(shape) > MOST_ELEMENTS || shape.length > MOST_RANK) return undefined;
  const slopes = inputs.map((value, i) => value.slope * (typeof slope === "object" ? slope[i]! : slope ?? 1));
  const total = Math.max(1, slopes.reduce((a, b) => a + b, 0));
  if (float && total > MOST_SLOPE) return undefined;
  const exact = !float
    ? 0
    : bits !== undefined && (bits === Infinity || largest * 2 ** bits < WHOLE)
    ? bits
    : undefined;
  return {
    ...known,
    index,
    bits: exact,
    slope: float ? total : 1,
    flow: flowThrough(inputs.map(({ flow }) => flow), gradient !== false),
  };
}

function runOn(op: string, { inputs, attrs = {} }: Proposal): tf.Tensor {
  try {
    return ops[op]!.run(inputs.map(({ tensor }) => tensor), attrs);
  } catch (error) {
    const operands = inputs.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(", ");
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`tfjs's cpu engine refuses ${op} of ${operands}, ${JSON.stringify(attrs)}: ${reason}`);
  }
}

/**
 * The program of a seed, of 3 to 10 operations. It is computed on tfjs's cpu engine as it is drawn, which must be the
 * engine in use: operands lie where functions are smooth and defined, and whatever jumps sees only exact values.
 *
 * @param names operations to draw from; all unless given
 */
export function generate(seed: number, names: readonly string[] = Object.keys(ops)): FuzzProgram {
  const random = createRandom(seed);
  const length = random.integer(3, 10);
  const program: FuzzProgram = { seed, leaves: [], steps: [] };
  // Leaves are numbered before the steps; while both are being added, each has a number of its own kind.
  const values: Value[] = [];
  const place: { leaf?: number; step?: number }[] = [];
  const scope = tf.engine();
  scope.startScope("fuzz");
  try {
    const draft = createDraft(random, values, (leaf) => {
      const value = leafValue(leaf, values.length);
      values.push(value);
      place.push({ leaf: program.leaves.push(leaf) - 1 });
      return value;
    });
    for (let attempts = 0; program.steps.length < length && attempts < 200; attempts++) {
      const op = random.choose(names);
      const proposal = ops[op]!.propose(draft);
      if (!proposal) continue;
      const { inputs, attrs = {}, gradient = true } = proposal;
      const tensor = runOn(op, proposal);
      const value = resultOf(proposal, tensor, values.length);
      if (!value) continue;
      values.push(value);
      place.push({ step: program.steps.length });
      program.steps.push({ op, inputs: inputs.map(({ index }) => index), attrs, gradient });
    }
  } finally {
    scope.endScope();
  }
  const number = (index: number): number => {
    const { leaf, step } = place[index]!;
    return leaf ?? program.leaves.length + step!;
  };
  for (const step of program.steps) step.inputs = step.inputs.map(number);
  return withoutUnused(program);
}

/** The program without leaves that no step uses. */
export function withoutUnused({ seed, leaves, steps }: FuzzProgram): FuzzProgram {
  const used = new Set(steps.flatMap(({ inputs }) => inputs));
  const kept = leaves.map((_, i) => i).filter((i) => used.has(i));
  const renumber = (i: number) => i < leaves.length ? kept.indexOf(i) : i - leaves.length + kept.length;
  return {
    seed,
    leaves: kept.map((i) => leaves[i]!),
    steps: steps.map((step) => ({ ...step, inputs: step.inputs.map(renumber) })),
  };
}
