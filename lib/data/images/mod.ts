/** Images and their completion tasks. */
export { loadCelebA, loadImages } from "./folder.ts";
export type { ImageSize } from "./decode.ts";
export { type ImageParts, type ImageSet, loadDigits, pixelsOf, splitImages } from "./image_set.ts";
export {
  checkPixels,
  drawOrder,
  imageBatch,
  imageDigest,
  type ImageShape,
  imageSource,
  paint,
  pixelValues,
  plain,
  UNKNOWN,
} from "./tasks.ts";
