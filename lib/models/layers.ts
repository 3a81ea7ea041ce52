/** The layers of all models, to compose variants from. All take and give tensors, and draw parameters from an `Init`. */
export { dropout, layerNorm, linear, reluMlp } from "../nn/layers.ts";
export { mab, widthsOf } from "../nn/mab.ts";
export { createInit, type Init, type Parameter } from "../nn/parameters.ts";
export { crossEncoder, crossSpinEncoder } from "./process/cross_encoder.ts";
export { decoder } from "./process/decoder.ts";
export { placedEncoder } from "./process/placed_encoder.ts";
export { pairs } from "./process/points.ts";
export { poolingEncoder, poolingSpinEncoder } from "./process/pooling_encoder.ts";
export { spin } from "./process/spin.ts";
export {
  attributeLatent,
  attributeLatentLayer,
  datapointLatentLayer,
  flat,
  flatPredictor,
  freeLatent,
  inducedAttention,
  nested,
  nestedPredictor,
  selfAttention,
} from "./table/blocks.ts";
export { spinEncoder } from "./table/spin.ts";
