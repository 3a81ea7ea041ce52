import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { mab, widthsOf } from "../../nn/mab.ts";
import type { Init } from "../../nn/parameters.ts";
import { attributeLatentLayer, datapointLatentLayer, flat } from "./blocks.ts";
import type { TableModelConfig } from "./config.ts";
import { attributeLatent, freeLatent } from "./latents.ts";
import { flatPredictor, nestedPredictor } from "./predictor.ts";
import { type LatentCore, type Watch, watched } from "./core.ts";

/**
 * SPIN (paper, section 3; `npt/model/npt.py` with the attribute block first): L/2 times XABA, ABLA on H_A and XABD
 * on H_D; then queries attend to H_A of their row (decoderBoth) and to H_D.
 */
export function spinCore(init: Init, d: number, config: TableModelConfig): LatentCore {
  const { embedding: e, h, f } = config;
  const width = f * e;
  const attributes = attributeLatent(init, d, f);
  const datapoints = freeLatent(init, "latents.datapoints", h, width);
  const layers = Array.from({ length: config.depth / 2 }, (_, p) => {
    const scope = init.within(`encoder.${p}`);
    return {
      attribute: attributeLatentLayer(scope, e, config.abla, config),
      datapoint: datapointLatentLayer(scope, width, width, config),
    };
  });
  const scope = init.within("predictor");
  const readRow = config.decoderBoth ? mab(scope, "attributes", widthsOf(e), config) : null;
  const readLatent = config.predictor === "flat"
    ? flatPredictor(scope, d, width, config)
    : nestedPredictor(scope, config);

  const decode = (x: tf.Tensor3D, hA: tf.Tensor3D, hD: tf.Tensor3D, rng?: Rng) =>
    readLatent(readRow ? readRow(x, hA, rng) : x, hD, rng);
  const encode = (x: tf.Tensor3D, rng?: Rng, watch?: Watch) => {
    let [hA, hD] = [attributes(x), datapoints()];
    for (const { attribute, datapoint } of layers) {
      hA = attribute(hA, x, rng);
      watch?.(datapoint.weights(hD, flat(hA)));
      hD = datapoint(hD, flat(hA), rng);
    }
    return { hA, hD };
  };
  const attributePath = (x: tf.Tensor3D, rng?: Rng) =>
    layers.reduce((hA, { attribute }) => attribute(hA, x, rng), attributes(x));

  return {
    latents: [h, width],
    forward(x, encoded, rng) {
      const { hA, hD } = encoded ? encode(x, rng) : { hA: attributes(x), hD: datapoints() };
      return decode(x, hA, hD, rng);
    },
    encode: (x, rng) => encode(x, rng).hD,
    attention: (x) => watched((watch) => encode(x, undefined, watch)),
    // H_A of a row depends on that row alone, so queries need no other rows beside the kept H_D.
    predict: (x, hD, rng) => decode(x, readRow ? attributePath(x, rng) : x, hD, rng),
  };
}
