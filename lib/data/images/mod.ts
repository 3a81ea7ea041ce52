/** Images and their completion tasks. */
export { loadCelebA } from "./celeba.ts";
export type { ImageSize } from "./decode.ts";
export { type Digits, loadDigits } from "./digits.ts";
export { type ImageOptions, loadImages } from "./folder.ts";
export { type ImageSet, pixelsOf } from "./image_set.ts";
export { paint, pixelsAt, pixelValues, plain, UNKNOWN } from "./paint.ts";
export { imageDigest, type ImageSource, imageSource, type ImageSourceOptions } from "./source.ts";
export { type ImageParts, selectImages, splitImages } from "./split.ts";
export {
  checkPixels,
  drawImages,
  type ImageBatch,
  imageBatch,
  type ImageDraws,
  type ImageShape,
  targetAll,
} from "./tasks.ts";
