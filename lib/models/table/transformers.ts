import type { Init } from "../../nn/parameters.ts";
import { flat, inducedAttention, nested, selfAttention } from "./blocks.ts";
import type { TableModelConfig } from "./config.ts";
import type { Core } from "./core.ts";

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
