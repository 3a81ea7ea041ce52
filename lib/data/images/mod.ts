/** Images and their completion tasks. */

export { loadCelebA } from "./celeba.ts";
export type { ImageSize } from "./decode.ts";
export { type Digits, loadDigits } from "./digits.ts";
export { type ImageOptions, loadImages } from "./folder.ts";
export { type ImageSet, pixelsOf } from "./image_set.ts";
export { paint, pixelsAt, pixelValues, plain, UNKNOWN } from "./tasks.ts";
export { imageDigest, type ImageSource, imageSource, type ImageSourceOptions } from "./source.ts";
export { type ImageParts, selectImages, splitImages } from "./image_set.ts";
export {
  checkPixels,
  drawImages,
  type ImageBatch,
  imageBatch,
  type ImageDraws,
  type ImageShape,
  targetAll,
} from "./tasks.ts";
