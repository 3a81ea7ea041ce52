const encoder = new TextEncoder();

type View = ArrayBufferView<ArrayBuffer>;

/** What structs point at: an array lives as long as the struct, so that the plugin never reads freed memory. */
const pointees = new WeakMap<View, View[]>();

/** The address of a typed array's first byte. Whoever stores it must keep the array alive. */
export function addressOf(array: View): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(array));
}

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
 * An argument struct of the PJRT C API as 8-byte words: its size, no extension, then the given fields. An array as a
 * field is a pointer to it.
 *
 * Every struct begins with struct_size and extension_start, and in all structs used here each further field,
 * whatever its C type, starts on an 8-byte boundary except where a comment at the call says otherwise.
 */
export const struct = (...fields: (bigint | number | View)[]): BigUint64Array<ArrayBuffer> =>
  words([8 * (2 + fields.length), 0, ...fields]);

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Copies `size` bytes of text from an address the plugin returned. */
export function readText(address: bigint, size: bigint): string {
  const bytes = new Uint8Array(Number(size));
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer !== null && bytes.length > 0) Deno.UnsafePointerView.copyInto(pointer, bytes);
  return new TextDecoder().decode(bytes);
}
