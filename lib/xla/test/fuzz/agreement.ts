import * as tf from "@tensorflow/tfjs-core";
import { BACKEND } from "../../src/backend/register.ts";
import { jit } from "../../src/jit.ts";
import { liveBuffers } from "../../src/pjrt/buffer.ts";
import { sizeOf } from "../../src/stablehlo/node.ts";
import { evaluate } from "./ops/mod.ts";
import { ends, flows, type FuzzProgram, tensorOf } from "./program.ts";
import { createRandom } from "./random.ts";

/** Relative to the largest element of a tensor, or absolute where that is below 1. */
const TOLERANCE = 1e-4;

/** Results as they were read. */
interface Read {
  name: string;
  dtype: string;
  shape: number[];
  values: ArrayLike<number>;
}

/** The weights of the sum whose gradients are compared, one tensor for each float32 value of the program. */
function weights(program: FuzzProgram, shapes: readonly number[][]): tf.Tensor[] {
  const random = createRandom(program.seed + 1);
  return shapes.map((shape) =>
    tf.tensor(Array.from({ length: sizeOf(shape) }, () => random.integer(2, 8) / 8), shape, "float32")
  );
}

/** Numbers of the steps whose values have gradients by float32 leaves. */
function smoothSteps(program: FuzzProgram): number[] {
  const all = flows(program).slice(program.leaves.length);
  return all.flatMap((flow, i) => flow === "smooth" ? [i] : []);
}

/**
 * The values that a program has at its ends, and the gradients by its float32 leaves of a weighted sum of the leaves
 * and all smooth float32 values.
 */
function compute(
  program: FuzzProgram,
  leaves: tf.Tensor[],
  cotangents: tf.Tensor[],
  results: number[],
): tf.Tensor[] {
  const values = evaluate(program, leaves);
  const floats = leaves.flatMap(({ dtype }, i) => dtype === "float32" ? [i] : []);
  if (floats.length === 0) return results.map((i) => values[i]!);
  const smooth = smoothSteps(program);
  const weighted = (...given: tf.Tensor[]): tf.Scalar => {
    const all = [...leaves];
    floats.forEach((leaf, i) => all[leaf] = given[i]!);
    const inside = evaluate(program, all);
    const summands = [...given, ...smooth.map((i) => inside[i]!).filter(({ dtype }) => dtype === "float32")];
    return tf.addN(summands.map((value, i) => tf.sum(tf.mul(value, cotangents[i]!)))) as tf.Scalar;
  };
  return [...results.map((i) => values[i]!), ...tf.grads(weighted)(floats.map((i) => leaves[i]!))];
}

const readAll = (names: string[], tensors: tf.Tensor[]): Read[] =>
  tensors.map((tensor, i) => ({
    name: names[i]!,
    dtype: tensor.dtype,
    shape: tensor.shape,
    values: tensor.dataSync(),
  }));

function differenceOf(found: Read, expected: Read): string | undefined {
  const where = (what: string) => `${expected.name}: ${what}`;
  if (found.dtype !== expected.dtype || `${found.shape}` !== `${expected.shape}`) {
    return where(
      `expected ${expected.dtype} [${expected.shape}], found ${found.dtype} [${found.shape}]`,
    );
  }
  let largest = 1;
  for (let i = 0; i < expected.values.length; i++) largest = Math.max(largest, Math.abs(expected.values[i]!));
  const most = expected.dtype === "float32" ? TOLERANCE * largest : 0;
  for (let i = 0; i < expected.values.length; i++) {
    const [got, wanted] = [found.values[i]!, expected.values[i]!];
    if (!(Math.abs(got - wanted) <= most)) return where(`element ${i}: expected ${wanted}, found ${got}`);
  }
  return undefined;
}

const attempt = (f: () => Read[]): Read[] | string => {
  try {
    return f();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/**
 * Computes a program on tfjs's cpu engine, on xla step by step and on xla through `jit`, values and gradients.
 * The engine is xla afterwards.
 *
 * @returns what differs, in a line for each; also where an engine fails, or anything is left behind.
 */
export async function disagreements(program: FuzzProgram): Promise<string[]> {
  const { leaves, steps } = program;
  const results = ends(program);
  const names = [
    ...results.map((i) => `v${leaves.length + i} (${steps[i]!.op})`),
    ...leaves.flatMap(({ dtype }, i) => dtype === "float32" ? [`gradient by v${i}`] : []),
  ];
  let shapes: number[][] = [];
  const given = (): [tf.Tensor[], tf.Tensor[]] => [leaves.map(tensorOf), weights(program, shapes)];
  const inScope = (f: () => Read[]): Read[] => {
    const engine = tf.engine();
    engine.startScope("fuzz");
    try {
      return f();
    } finally {
      engine.endScope();
    }
  };
  const eager = () => inScope(() => readAll(names, tf.tidy(() => compute(program, ...given(), results))));
  const compiled = () =>
    inScope(() => {
      const fn = jit((x: tf.Tensor[], y: tf.Tensor[]) => compute(program, x, y, results), {
        name: "fuzz",
      });
      try {
        return readAll(names, fn(...given()));
      } finally {
        fn.dispose();
      }
    });

  await tf.setBackend("cpu");
  shapes = cotangentShapes(program);
  const expected = attempt(eager);
  if (typeof expected === "string") return [`cpu: ${expected}`];
  await tf.setBackend(BACKEND);
  const [tensors, buffers] = [tf.memory().numTensors, liveBuffers()];
  const different = Object.entries({ eager, compiled }).flatMap(([way, f]) => {
    const found = attempt(f);
    if (typeof found === "string") return [`xla, ${way}: ${found}`];
    return expected.flatMap((value, i) => {
      const difference = differenceOf(found[i]!, value);
      return difference ? [`xla, ${way}: ${difference}`] : [];
    });
  });
  if (tf.memory().numTensors !== tensors) {
    different.push(`${tf.memory().numTensors - tensors} tensors are left`);
  }
  if (liveBuffers() !== buffers) different.push(`${liveBuffers() - buffers} buffers are left`);
  return different;
}

/** The shapes of what the weighted sum is made of. */
function cotangentShapes(program: FuzzProgram): number[][] {
  return tf.tidy(() => {
    const leaves = program.leaves.map(tensorOf);
    const values = evaluate(program, leaves);
    const summands = [...leaves, ...smoothSteps(program).map((i) => values[i]!)];
    return summands.filter(({ dtype }) => dtype === "float32").map(({ shape }) =>
      shape
    ) as unknown as tf.TensorContainer;
  }) as unknown as number[][];
}
