import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { mab, widthsOf } from "../../nn/mab.ts";
import type { Init } from "../../nn/parameters.ts";
import {
  attributeLatent,
  attributeLatentLayer,
  datapointLatentLayer,
  flat,
  flatPredictor,
  freeLatent,
  inducedAttention,
  nested,
  selfAttention,
  type SelfBlock,
} from "./blocks.ts";
import type { TableModelConfig } from "./config.ts";
import { type Core, type LatentCore, type Watch, watched } from "./core.ts";

/** ABLA on H_D: self-attention of [1, h, f·e] seen as [h, f, e]. */
function latentAttributes(init: Init, f: number, e: number, config: TableModelConfig): SelfBlock {
  const block = selfAttention(init, "abla", e, config);
  return (hD, rng) => flat(block(nested(hD, f), rng));
}

/** Ablation XABD + ABLA (`perceiver_D`): H_D queries the flat X in even layers, itself in odd ones. */
export function perceiverDCore(init: Init, d: number, config: TableModelConfig): LatentCore {
  const { embedding: e, h, f, depth, abla } = config;
  const width = f * e;
  const datapoints = freeLatent(init, "latents.datapoints", h, width);
  const layers = Array.from({ length: depth }, (_, i) => {
    const scope = init.within(`encoder.${i}`);
    if (i % 2 === 0) return { cross: datapointLatentLayer(scope, width, d * e, config) };
    return { self: abla ? latentAttributes(scope, f, e, config) : undefined };
  });
  const predictor = flatPredictor(init.within("predictor"), d, width, config);
  const encode = (x: tf.Tensor3D, rng?: Rng, watch?: Watch) =>
    layers.reduce((hD, { cross, self }) => {
      if (!cross) return self ? self(hD, rng) : hD;
      watch?.(cross.weights(hD, flat(x)));
      return cross(hD, flat(x), rng);
    }, datapoints());
  return {
    latents: [h, width],
    forward: (x, encoded, rng) => predictor(x, encoded ? encode(x, rng) : datapoints(), rng),
    encode: (x, rng) => encode(x, rng),
    attention: (x) => watched((watch) => encode(x, undefined, watch)),
    predict: predictor,
  };
}

/** Ablation XABA + ABLA (`perceiver_E`): L times XABA and ABLA on H_A, then X queries H_A; rows never meet. */
export function perceiverECore(init: Init, d: number, config: TableModelConfig): Core {
  const { embedding: e, f, depth, abla } = config;
  const attributes = attributeLatent(init, d, f);
  const layers = Array.from(
    { length: depth },
    (_, i) => attributeLatentLayer(init.within(`encoder.${i}`), e, abla, config),
  );
  const predictor = mab(init.within("predictor"), "attributes", widthsOf(e), config);
  return {
    rowsAlone: true,
    forward(x, encoded, rng) {
      const hA = encoded ? layers.reduce((hA, layer) => layer(hA, x, rng), attributes(x)) : attributes(x);
      return predictor(x, hA, rng);
    },
  };
}

/**
 * The baselines whose blocks update X itself: NPT and the Set Transformer alternate between datapoints (ABD, first)
 * and attributes (ABA); `only-aba` and `only-abd` repeat one of them L times.
 */
export function transformerCore(init: Init, d: number, config: TableModelConfig): Core {
  const { embedding: e, h, f, model } = config;
  const layers = Array.from({ length: config.depth }, (_, i) => {
    const scope = init.within(`encoder.${i}`);
    const between = model === "only-abd" || (model !== "only-aba" && i % 2 === 0)
      ? "datapoints"
      : "attributes";
    const width = between === "datapoints" ? d * e : e;
    const points = between === "datapoints" ? h : f;
    const block = model === "set-transformer"
      ? inducedAttention(scope, points, width, config)
      : selfAttention(scope, between === "datapoints" ? "abd" : "aba", width, config);
    return { between, block };
  });
  return {
    rowsAlone: model === "only-aba",
    forward: (x, _, rng) =>
      layers.reduce(
        (x, { between, block }) => between === "datapoints" ? nested(block(flat(x), rng), d) : block(x, rng),
        x,
      ),
  };
}
