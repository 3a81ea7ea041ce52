import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { type AttentionOptions, mab, widthsOf } from "../../nn/mab.ts";
import type { Init } from "../../nn/parameters.ts";
import {
  attributeLatent,
  attributeLatentLayer,
  datapointLatentLayer,
  flat,
  flatPredictor,
  freeLatent,
  nestedPredictor,
} from "./blocks.ts";
import type { TableModelConfig } from "./config.ts";
import { type LatentCore, type Watch, watched } from "./core.ts";

interface SpinWidths extends AttentionOptions {
  embedding: number;
  h: number;
  f: number;
  depth: number;
  abla: boolean;
}

/**
 * SPIN's encoder (paper, section 3; `npt/model/npt.py` with the attribute block first): L/2 times XABA, ABLA on H_A and
 * XABD on H_D, for d columns. For tables and for haplotypes.
 */
export function spinEncoder(init: Init, d: number, options: SpinWidths) {
  const { embedding: e, h, f, depth, abla } = options;
  const width = f * e;
  const attributes = attributeLatent(init, d, f);
  const datapoints = freeLatent(init, "latents.datapoints", h, width);
  const layers = Array.from({ length: depth / 2 }, (_, p) => {
    const scope = init.within(`encoder.${p}`);
    return {
      attribute: attributeLatentLayer(scope, e, abla, options),
      datapoint: datapointLatentLayer(scope, width, width, options),
    };
  });
  return {
    /** h and the width of H_D. */
    latents: [h, width] as const,
    /** H_A [n, f, e] before the first block. */
    attributes,
    /** H_D [1, h, f·e] before the first block. */
    datapoints,
    /** H_A after each block, the last one last: of each row by itself. */
    attributePath(x: tf.Tensor3D, rng?: Rng): tf.Tensor3D[] {
      const path: tf.Tensor3D[] = [];
      for (const { attribute } of layers) path.push(attribute(path.at(-1) ?? attributes(x), x, rng));
      return path;
    },
    /** H_D after it has read the H_A of each block. */
    gather: (path: readonly tf.Tensor3D[], rng?: Rng): tf.Tensor3D =>
      layers.reduce((hD, { datapoint }, p) => datapoint(hD, flat(path[p]!), rng), datapoints()),
    /** Both, block by block. */
    encode(x: tf.Tensor3D, rng?: Rng, watch?: Watch): { hA: tf.Tensor3D; hD: tf.Tensor3D } {
      let [hA, hD] = [attributes(x), datapoints()];
      for (const { attribute, datapoint } of layers) {
        hA = attribute(hA, x, rng);
        watch?.(datapoint.weights(hD, flat(hA)));
        hD = datapoint(hD, flat(hA), rng);
      }
      return { hA, hD };
    },
  };
}

/** SPIN: the encoder; then queries attend to H_A of their row (decoderBoth) and to H_D. */
export function spinCore(init: Init, d: number, config: TableModelConfig): LatentCore {
  const { latents, attributes, datapoints, attributePath, encode } = spinEncoder(init, d, config);
  const scope = init.within("predictor");
  const readRow = config.decoderBoth ? mab(scope, "attributes", widthsOf(config.embedding), config) : null;
  const readLatent = config.predictor === "flat"
    ? flatPredictor(scope, d, latents[1], config)
    : nestedPredictor(scope, config);
  const decode = (x: tf.Tensor3D, hA: tf.Tensor3D, hD: tf.Tensor3D, rng?: Rng) =>
    readLatent(readRow ? readRow(x, hA, rng) : x, hD, rng);
  return {
    latents,
    forward(x, encoded, rng) {
      const { hA, hD } = encoded ? encode(x, rng) : { hA: attributes(x), hD: datapoints() };
      return decode(x, hA, hD, rng);
    },
    encode: (x, rng) => encode(x, rng).hD,
    attention: (x) => watched((watch) => encode(x, undefined, watch)),
    // H_A of a row depends on that row alone, so queries need no other rows beside the kept H_D.
    predict: (x, hD, rng) => decode(x, readRow ? attributePath(x, rng).at(-1)! : x, hD, rng),
  };
}
