/** Images of one size. */
export interface ImageSet {
  count: number;
  height: number;
  width: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: number;
  /** Values in [0, 1], [count, height, width, channels]. */
  values: Float32Array;
}

/**
 * The images at these places, one after another: [indices.length, height · width, channels].
 *
 * @throws RangeError for an image that is not there.
 */
export function pixelsOf(
  { count, height, width, channels, values }: ImageSet,
  indices: ArrayLike<number>,
): Float32Array {
  const size = height * width * channels;
  const out = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`image ${index} of ${count}`);
    }
    out.set(values.subarray(index * size, (index + 1) * size), i * size);
  }
  return out;
}
