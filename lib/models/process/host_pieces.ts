/** Rows cut and put together on the host, where their number is part of no program. */
import * as tf from "@tensorflow/tfjs-core";

/** Values of a tensor [..., n, d]. */
export interface HostRows {
  data: Float32Array;
  shape: number[];
}

export const hostRows = async (x: tf.Tensor): Promise<HostRows> => ({
  data: await x.data() as Float32Array,
  shape: x.shape,
});

/** Rows number `start` to `start + size` - 1, [..., size, d]; the last row stands for those that are not there. */
export function rowsFrom({ data, shape }: HostRows, start: number, size: number): tf.Tensor {
  const [n, d] = shape.slice(-2) as [number, number];
  const count = Math.min(size, n - start);
  const groups = data.length / (n * d);
  const values = new Float32Array(groups * size * d);
  for (let g = 0; g < groups; g++) {
    const from = (g * n + start) * d;
    const to = g * size * d;
    values.set(data.subarray(from, from + count * d), to);
    const last = data.subarray(from + (count - 1) * d, from + count * d);
    for (let row = count; row < size; row++) values.set(last, to + row * d);
  }
  return tf.tensor(values, [...shape.slice(0, -2), size, d]);
}

/** Writes a piece [..., size, d] over the rows from `start` on, as far as there are rows. */
export function putRows({ data, shape }: HostRows, start: number, piece: HostRows): void {
  const [n, d] = shape.slice(-2) as [number, number];
  const size = piece.shape.at(-2)!;
  const count = Math.min(size, n - start);
  for (let g = 0; g < data.length / (n * d); g++) {
    const from = g * size * d;
    data.set(piece.data.subarray(from, from + count * d), (g * n + start) * d);
  }
}
