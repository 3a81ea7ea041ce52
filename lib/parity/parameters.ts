import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import type { Parameter } from "../nn/parameters.ts";
import { gatherReference, type ReferenceTensor, scatterReference } from "./reference_names.ts";
import { fixture, type GoldenCase, namesAfter } from "./case.ts";

/**
 * Sets parameters from the `param/` tensors of a case, which must correspond one to one.
 *
 * @throws UserError naming what is missing, left over or of another shape
 */
export function loadParameters(
  golden: GoldenCase,
  reference: ReferenceTensor[],
  parameters: Parameter[],
): void {
  const names = new Set(reference.map(({ name }) => name));
  const extra = namesAfter(golden, "param/").filter((name) => !names.has(name));
  if (extra.length > 0) throw new UserError(`${golden.name}: no place for parameter ${extra.join(", ")}.`);
  for (const { name, shape } of reference) {
    const found = fixture(golden, `param/${name}`).shape;
    if (String(found) !== String(shape)) {
      throw new UserError(`${golden.name}, param/${name}: expected shape [${shape}], found [${found}].`);
    }
  }
  const values = scatterReference(reference, parameters, (name) => fixture(golden, `param/${name}`).data);
  tf.tidy(() => parameters.forEach((p, i) => p.variable.assign(tf.tensor(values[i]!, p.shape, "float32"))));
}

/** Gradients of the reference's tensors, by name. */
export function gradientsByName(
  reference: ReferenceTensor[],
  parameters: Parameter[],
  gradients: ArrayLike<number>[],
): [string, Float32Array][] {
  return [...gatherReference(reference, parameters, gradients)].map(([name, data]) => [`grad/${name}`, data]);
}

/** A fixture as a float32 tensor. */
export const parameterTensor = (golden: GoldenCase, name: string): tf.Tensor => {
  const { data, shape } = fixture(golden, name);
  return tf.tensor(Float32Array.from(data), shape);
};
