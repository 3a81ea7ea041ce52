import { type Library, runtime, type Signatures } from "../runtime/mod.ts";
import { type Field, fieldsOf, type StructName } from "./layout.ts";

const encoder = new TextEncoder();

type View = ArrayBufferView<ArrayBuffer>;

/** Values of some fields of a struct. */
export type Fields<N extends StructName> = { [F in Field<N>]?: bigint | number | View };

/** What structs point at: an array lives as long as the struct, so that the plugin never reads freed memory. */
const pointees = new WeakMap<View, View[]>();

/** The address of a typed array's first byte. Whoever stores it must keep the array alive. */
export const addressOf: (array: View) => bigint = runtime.addressOf;

/** Stores the addresses of arrays, and keeps the arrays alive with `words`. */
export function words(fields: readonly (bigint | number | View)[]): BigUint64Array<ArrayBuffer> {
  const words = new BigUint64Array(fields.length);
  let views: View[] | undefined;
  fields.forEach((field, i) => {
    if (typeof field === "object") {
      (views ??= []).push(field);
      words[i] = addressOf(field);
    } else {
      words[i] = BigInt(field);
    }
  });
  if (views) pointees.set(words, views);
  return words;
}

/**
 * A struct of the PJRT C API as words of 8 bytes: its size, no extension, then its fields; those that are not given are
 * 0. An array as a field is a pointer to it.
 */
export const struct = <N extends StructName>(name: N, given: Fields<N>): BigUint64Array<ArrayBuffer> =>
  words(fieldList(name, given));

/** The words of a struct, one for an array of structs. */
export function fieldList<N extends StructName>(name: N, given: Fields<N>): (bigint | number | View)[] {
  const fields = fieldsOf(name).map((field) => given[field] ?? 0);
  return [8 * (2 + fields.length), 0, ...fields];
}

/** What a struct holds, by the names of its fields. */
export function fieldsIn<N extends StructName>(name: N, words: BigUint64Array): Record<Field<N>, bigint> {
  const values = {} as Record<Field<N>, bigint>;
  fieldsOf(name).forEach((field, i) => values[field] = words[2 + i]!);
  return values;
}

/** Functions of the C library; undefined where it has another name, or lacks one of them. */
export function cLibrary<S extends Signatures>(
  symbols: S,
  name = "libc.so.6",
): Library<S>["symbols"] | undefined {
  try {
    return runtime.openLibrary(name, symbols).symbols;
  } catch {
    return undefined;
  }
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Copies `size` bytes of text from an address the plugin returned. */
export const readText = (address: bigint, size: bigint): string =>
  new TextDecoder().decode(bytesAt(address, size));

/** Copies `size` bytes from an address the plugin returned. */
export function bytesAt(address: bigint, size: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Number(size));
  const pointer = runtime.pointerAt(address);
  if (pointer !== null && bytes.length > 0) runtime.readInto(bytes, pointer);
  return bytes;
}

/** Copies words from an address the plugin returned. */
export const wordsAt = (address: bigint, count: number): BigUint64Array<ArrayBuffer> =>
  new BigUint64Array(bytesAt(address, BigInt(8 * count)).buffer);
