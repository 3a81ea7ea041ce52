import * as tf from "@tensorflow/tfjs-core";
import { withoutUnused } from "./generate.ts";
import { evaluate } from "./ops/mod.ts";
import { type Dtype, ends, type FuzzProgram, type Leaf, tensorOf } from "./program.ts";

/** The values of all steps as leaves, on tfjs's cpu engine. */
async function stepValues(program: FuzzProgram): Promise<Leaf[]> {
  await tf.setBackend("cpu");
  return tf.tidy(() =>
    evaluate(program, program.leaves.map(tensorOf)).map((tensor) => ({
      dtype: tensor.dtype as Dtype,
      shape: tensor.shape,
      values: Array.from(tensor.dataSync()),
    })) as unknown as tf.TensorContainer
  ) as unknown as Leaf[];
}

/** The program without a step that nothing uses. */
function withoutEnd(program: FuzzProgram, index: number): FuzzProgram {
  const dropped = program.leaves.length + index;
  const steps = program.steps.filter((_, i) => i !== index)
    .map((step) => ({ ...step, inputs: step.inputs.map((i) => i > dropped ? i - 1 : i) }));
  return withoutUnused({ ...program, steps });
}

/** The program with a leaf in place of a step. */
function withLeaf({ seed, leaves, steps }: FuzzProgram, index: number, leaf: Leaf): FuzzProgram {
  const place = leaves.length + index;
  const renumber = (i: number) => i === place ? leaves.length : i >= leaves.length && i < place ? i + 1 : i;
  return withoutUnused({
    seed,
    leaves: [...leaves, leaf],
    steps: steps.filter((_, i) => i !== index)
      .map((step) => ({ ...step, inputs: step.inputs.map(renumber) })),
  });
}

/**
 * A smaller program that fails too: steps are dropped, and replaced by their values, as long as it does.
 *
 * @param fails whether a program still shows the failure
 */
export async function shrink(
  program: FuzzProgram,
  fails: (program: FuzzProgram) => Promise<boolean>,
): Promise<FuzzProgram> {
  const values = await stepValues(program);
  const candidates = [
    ...ends(program).map((i) => withoutEnd(program, i)),
    ...program.steps.map((_, i) => withLeaf(program, i, values[i]!)),
  ];
  for (const candidate of candidates) {
    if (candidate.steps.length > 0 && await fails(candidate)) return shrink(candidate, fails);
  }
  return program;
}
