/** The layers of all models, to compose variants from. All take and give tensors, and draw parameters from an `Init`. */
export { dropout } from "../nn/layers.ts";
export { layerNorm } from "../nn/layers.ts";
export { linear } from "../nn/layers.ts";
export { mab, widthsOf } from "../nn/mab.ts";
export { createInit, type Init, type Parameter } from "../nn/parameters.ts";
export { reluMlp } from "../nn/layers.ts";
export { crossEncoder } from "./process/cross_encoder.ts";
export { crossSpinEncoder } from "./process/cross_encoder.ts";
export { decoder } from "./process/decoder.ts";
export { placedEncoder } from "./process/placed_encoder.ts";
export { pairs } from "./process/points.ts";
export { poolingEncoder } from "./process/pooling_encoder.ts";
export { poolingSpinEncoder } from "./process/pooling_encoder.ts";
export { spin } from "./process/spin.ts";
export {
  attributeLatentLayer,
  datapointLatentLayer,
  flat,
  inducedAttention,
  nested,
  selfAttention,
} from "./table/blocks.ts";
export { attributeLatent, freeLatent } from "./table/blocks.ts";
export { flatPredictor, nestedPredictor } from "./table/blocks.ts";
export { spinEncoder } from "./table/spin.ts";
