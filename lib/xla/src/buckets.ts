import * as tf from "@tensorflow/tfjs-core";
import { XlaBackend } from "./backend/backend.ts";
import { tapeIsOn } from "./tape.ts";

/** Sizes that counts are padded to: a list, or all of `least`, `least · growth`, `least · growth²`, … */
export type Buckets = readonly number[] | { least?: number; growth?: number };

/**
 * The size that `count` things are padded to, so that varying counts need a handful of programs.
 *
 * @returns the smallest size of `buckets` that is at least `count`; by default a power of two from 16 on
 * @throws RangeError if the count is no whole number of at least 0, beyond the last of a list, or the growth is not
 * above 1.
 */
export function bucketOf(count: number, buckets: Buckets = {}): number {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`bucketOf: expected a whole number of at least 0, found ${count}`);
  }
  if (Array.isArray(buckets)) {
    const fitting = (buckets as readonly number[]).filter((size) => size >= count);
    if (fitting.length === 0) {
      throw new RangeError(`bucketOf: ${count} is more than the largest of the sizes [${buckets}]`);
    }
    return Math.min(...fitting);
  }
  const { least = 16, growth = 2 } = buckets as Exclude<Buckets, readonly number[]>;
  if (!(least >= 1 && growth > 1)) {
    throw new RangeError(
      `bucketOf: expected least of at least 1 and growth above 1, found ${least} and ${growth}`,
    );
  }
  let size = least;
  while (Math.ceil(size) < count) size *= growth;
  return Math.ceil(size);
}

/**
 * A tensor made longer along one axis. Where a program for each length would be compiled, that is outside of compiled
 * functions, its values are copied on the host instead.
 *
 * @param axis counts from the end if negative
 * @param value what is appended
 * @throws RangeError if there is no such axis, or the tensor is longer than `size`.
 */
export function padTo<T extends tf.Tensor>(tensor: T, axis: number, size: number, value = 0): T {
  const { shape, dtype, rank } = tensor;
  const at = axis < 0 ? axis + rank : axis;
  const length = shape[at];
  if (length === undefined || length > size) {
    throw new RangeError(`padTo: axis ${axis} of [${shape}] can't be made ${size} long`);
  }
  if (length === size) return tensor.clone();
  const backend = tf.backend();
  if (!(backend instanceof XlaBackend) || backend.trace || tapeIsOn() || dtype === "string") {
    return tf.pad(tensor, shape.map((_, i) => [0, i === at ? size - length : 0]), value) as T;
  }
  const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
  const values = backend.storageOf(tensor.dataId).readSync();
  const wide = shape.map((n, i) => i === at ? size : n);
  const padded = new (values.constructor as typeof Float32Array)(tf.util.sizeFromShape(wide)).fill(value);
  for (let row = 0; row * length * inner < values.length; row++) {
    const part = values.subarray(row * length * inner, (row + 1) * length * inner);
    padded.set(part as Float32Array<ArrayBuffer>, row * size * inner);
  }
  return tf.tensor(padded, wide, dtype) as T;
}

/**
 * Which of `size` entries count.
 *
 * @param count int32 or float32 [...shape], as a tensor so that it is no part of a signature
 * @returns float32 [...shape, size], 1 where the index along the last axis is below the count, else 0
 */
export function maskOf(count: tf.Tensor, size: number): tf.Tensor {
  return tf.tidy(() => {
    const counts = tf.expandDims(tf.cast(count, "int32"), -1);
    return tf.cast(tf.less(tf.range(0, size, 1, "int32"), counts), "float32");
  });
}
