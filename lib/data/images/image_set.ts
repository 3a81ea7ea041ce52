/** Images of one size. */
export interface ImageSet {
  count: number;
  height: number;
  width: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: number;
  /** [count, height, width, channels]. */
  values: Uint8Array;
  /** The value of white; black is 0. */
  white: number;
  /** Their files, for images that came from files. */
  names?: string[];
}

/**
 * The images at these places, one after another, with values in [0, 1]: [indices.length, height · width, channels].
 *
 * @throws RangeError for an image that is not there.
 */
export function pixelsOf(
  { count, height, width, channels, values, white }: ImageSet,
  indices: ArrayLike<number>,
): Float32Array {
  const size = height * width * channels;
  const out = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`image ${index} of ${count}`);
    }
    for (let k = 0; k < size; k++) out[i * size + k] = values[index * size + k]! / white;
  }
  return out;
}
