import type { ImageShape } from "./tasks.ts";

/** The colour of pixels that are not known, blue as in the reference's figures. */
export const UNKNOWN = [0, 0.4, 1] as const;

/** A picture [height, width, 3] of one colour. */
export const plain = (
  { height, width }: ImageShape,
  colour: readonly [number, number, number] = UNKNOWN,
): Float32Array => Float32Array.from({ length: height * width * 3 }, (_, i) => colour[i % 3]!);

/**
 * A picture [height, width, 3] with these pixels painted over another one; grey ones have three equal channels.
 *
 * @param index which pixels, row · width + column
 * @param values as they are painted, [index.length, channels]
 */
export function paint(
  { channels }: ImageShape,
  index: ArrayLike<number>,
  values: ArrayLike<number>,
  onto: Float32Array,
): Float32Array {
  const picture = onto.slice();
  for (let i = 0; i < index.length; i++) {
    for (let channel = 0; channel < 3; channel++) {
      picture[index[i]! * 3 + channel] = values[i * channels + Math.min(channel, channels - 1)]!;
    }
  }
  return picture;
}

/** Values of points, which have 0 in the middle, as those of pixels: 0.5 more, and cut off outside of [0, 1]. */
export const pixelValues = (y: Float32Array): Float32Array =>
  y.map((value) => Math.min(1, Math.max(0, value + 0.5)));

/** Which pixel each point [n, 2] is: the nearest one, row · width + column. */
export function pixelsAt({ height, width }: ImageShape, x: ArrayLike<number>): Int32Array {
  const nearest = (place: number, length: number) => Math.round((place + 1) * (length - 1) / 2);
  return Int32Array.from(
    { length: x.length / 2 },
    (_, i) => nearest(x[2 * i]!, height) * width + nearest(x[2 * i + 1]!, width),
  );
}
