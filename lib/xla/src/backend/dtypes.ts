import type { DataType } from "@tensorflow/tfjs-core";
import type { ElementType, HostArray } from "../pjrt/buffer.ts";

const ELEMENT: Partial<Record<DataType, ElementType>> = { float32: "f32", int32: "i32", bool: "i1" };
const DTYPE: Record<ElementType, DataType> = { f32: "float32", i32: "int32", ui32: "int32", i1: "bool" };

/** @throws Error for the types that programs do not carry (string, complex64). */
export function elementOf(dtype: DataType): ElementType {
  const element = ELEMENT[dtype];
  if (!element) throw new Error(`the xla engine has float32, int32 and bool tensors; found ${dtype}`);
  return element;
}

/** Bytes of one element. */
export const bytesOf = (element: ElementType): number => element === "i1" ? 1 : 4;

export const dtypeOf = (element: ElementType): DataType => DTYPE[element];

const ARRAY = { f32: Float32Array, i32: Int32Array, ui32: Int32Array, i1: Uint8Array };

/** A new host array for `size` elements of a type. */
export const hostArray = (element: ElementType, size: number): HostArray => new ARRAY[element](size);

/** The values as a host array of a type: themselves if they are one already, else a copy. */
export function toHostArray(values: ArrayLike<number | boolean>, element: ElementType): HostArray {
  if (Object.getPrototypeOf(values) === ARRAY[element].prototype) return values as HostArray;
  const copy = hostArray(element, values.length);
  copy.set(values as ArrayLike<number>);
  return copy;
}
