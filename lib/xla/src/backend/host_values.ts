import * as tf from "@tensorflow/tfjs-core";

/** Strings, which stay on the host, in the form in which tfjs's engines exchange them. */
interface Strings {
  references: number;
  /** Some may be missing, as in a `tf.buffer` that was not filled. */
  strings: Uint8Array[];
}

/** Complex numbers: two float32 tensors, which belong to it. */
export interface Complex {
  references: number;
  real: tf.TensorInfo;
  imag: tf.TensorInfo;
}

/** What tensors hold that programs do not carry. */
export type HostValue = Strings | Complex;

/** Whether tensors of a type are held as `HostValue`s. */
export const isHostType = (dtype: unknown): boolean => dtype === "string" || dtype === "complex64";

export const isHostValue = (entry: object): entry is HostValue => "strings" in entry || "real" in entry;

/** The value as tfjs reads it: complex numbers with their parts in turns. */
export function readHostValue(
  value: HostValue,
  read: (dataId: tf.DataId) => ArrayLike<number>,
): Float32Array<ArrayBuffer> | Uint8Array[] {
  if ("strings" in value) return value.strings.slice();
  return tf.backend_util.mergeRealAndImagArrays(
    read(value.real.dataId) as Float32Array,
    read(value.imag.dataId) as Float32Array,
  ) as Float32Array<ArrayBuffer>;
}
