import * as tf from "@tensorflow/tfjs-core";
import { createInit, type Init } from "../nn/parameters.ts";
import { blockToReference } from "./reference_names.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { type GoldenCase, namesAfter } from "./case.ts";
import type { Produced } from "./compare.ts";
import { computeNamed } from "./compute.ts";
import { gradientsByName, loadParameters, parameterTensor } from "./parameters.ts";

type Tensors = Record<string, tf.Tensor3D>;
/** From the `input/` tensors of a case to its `output/` tensors. */
export type Block = (inputs: Tensors) => Tensors;

/** Runs a case of one block; its loss is the sum of its outputs, each times its `cotangent/`. */
export async function runBlock(
  golden: GoldenCase,
  build: (init: Init) => Block,
  rename: (name: string) => string,
): Promise<Produced> {
  const init = createInit(0);
  const block = build(init);
  const { parameters } = init;
  const reference = blockToReference(parameters, rename);
  loadParameters(golden, reference, parameters);
  const inputNames = namesAfter(golden, "input/");
  const inputs = inputNames.map((name) =>
    tf.tidy(() => tf.variable(parameterTensor(golden, `input/${name}`)))
  );
  const results = await computeNamed(() => {
    const { loss, more, gradients } = valueAndGradients(() => {
      const outputs = block(
        Object.fromEntries(inputNames.map((name, i) => [name, inputs[i] as tf.Tensor3D])),
      );
      const terms = Object.entries(outputs)
        .map(([name, output]) => tf.sum(tf.mul(output, parameterTensor(golden, `cotangent/${name}`))));
      return { loss: tf.addN(terms) as tf.Scalar, more: outputs };
    }, [...parameters.map((p) => p.variable), ...inputs]);
    return {
      "output/loss": loss,
      ...Object.fromEntries(Object.entries(more).map(([name, x]) => [`output/${name}`, x])),
      ...Object.fromEntries(
        inputNames.map((name, i) => [`ingrad/${name}`, gradients[parameters.length + i]!]),
      ),
      ...Object.fromEntries(parameters.map((p, i) => [p.name, gradients[i]!])),
    };
  });
  const gradients = parameters.map((p) => results.get(p.name)!);
  inputs.forEach((input) => input.dispose());
  parameters.forEach((parameter) => parameter.dispose());
  return new Map([...results, ...gradientsByName(reference, parameters, gradients)]);
}
