/** Images and their completion tasks. */
export { type Digits, loadDigits } from "./digits.ts";
export { type ImageSet, pixelsOf } from "./image_set.ts";
export { paint, pixelsAt, pixelValues, plain, UNKNOWN } from "./paint.ts";
export {
  checkPixels,
  drawImages,
  type ImageBatch,
  imageBatch,
  type ImageDraws,
  type ImageShape,
  targetAll,
} from "./tasks.ts";
