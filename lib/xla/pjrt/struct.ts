const encoder = new TextEncoder();

/** The address of a typed array's first byte, as the integer that goes into a struct's pointer field. */
export function addressOf(array: ArrayBufferView<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(array));
}

/**
 * An argument struct of the PJRT C API as 8-byte words: its size, no extension, then the given fields.
 *
 * Every struct begins with struct_size and extension_start, and in all structs used here each further field,
 * whatever its C type, starts on an 8-byte boundary except where a comment at the call says otherwise.
 */
export function struct(...fields: (bigint | number)[]): BigUint64Array<ArrayBuffer> {
  const words = new BigUint64Array(2 + fields.length);
  words[0] = BigInt(words.byteLength);
  fields.forEach((field, i) => words[2 + i] = BigInt(field));
  return words;
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Copies `size` bytes of text from an address the plugin returned. */
export function readText(address: bigint, size: bigint): string {
  return new TextDecoder().decode(readBytes(address, size));
}

/** Copies `size` bytes from an address the plugin returned. */
export function readBytes(address: bigint, size: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Number(size));
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer !== null && bytes.length > 0) Deno.UnsafePointerView.copyInto(pointer, bytes);
  return bytes;
}
