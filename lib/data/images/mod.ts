/** Images and their completion tasks. */
export { loadCelebA } from "./folder.ts";
export type { ImageSize } from "./decode.ts";
export { loadDigits } from "./image_set.ts";
export { loadImages } from "./folder.ts";
export { type ImageSet, pixelsOf } from "./image_set.ts";
export { paint, pixelValues, plain, UNKNOWN } from "./tasks.ts";
export { imageDigest, imageSource } from "./tasks.ts";
export { type ImageParts, splitImages } from "./image_set.ts";
export { checkPixels, drawImages, imageBatch, type ImageShape } from "./tasks.ts";
