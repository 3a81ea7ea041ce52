import type * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../nn/parameters.ts";
import { sameNames } from "./reference_names.ts";
import { valueAndGradients } from "../train/gradients.ts";
import type { GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { computeNamed } from "./compute.ts";
import { gradientsByName, loadParameters } from "./parameters.ts";

type Outputs = Record<string, tf.Tensor>;

/** Sets a case's parameters, computes a loss, its gradients and an evaluation, and frees the parameters. */
export async function runWithGradients(
  golden: GoldenCase,
  parameters: Parameter[],
  train: () => { loss: tf.Scalar; outputs: Outputs },
  evaluate: () => Outputs,
): Promise<Produced> {
  const reference = sameNames(parameters);
  loadParameters(golden, reference, parameters);
  const results = await computeNamed(() => {
    const { loss, more, gradients } = valueAndGradients(() => {
      const { loss, outputs } = train();
      return { loss, more: outputs };
    }, parameters.map((p) => p.variable));
    return {
      "output/loss": loss,
      ...more,
      ...evaluate(),
      ...Object.fromEntries(parameters.map((p, i) => [p.name, gradients[i]!])),
    };
  });
  const gradients = parameters.map((p) => results.get(p.name)!);
  parameters.forEach((parameter) => parameter.dispose());
  return new Map([...results, ...gradientsByName(reference, parameters, gradients)]);
}
