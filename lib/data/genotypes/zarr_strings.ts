import { registry } from "zarrita";

interface Texts {
  data: string[];
  shape: number[];
  stride: number[];
}

/**
 * Lets zarrita write texts of any length, which it only reads: codec `vlen-utf8`, the number of texts, then each with its
 * length before it, all lengths 32 bits little endian.
 *
 * @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/vlen-utf8
 */
export function registerStrings(): void {
  registry.set(
    "vlen-utf8",
    () => ({ fromConfig: (_: unknown, { shape }: { shape: number[] }) => codec(shape) }) as never,
  );
}

const codec = (shape: number[]) => ({
  kind: "array_to_bytes" as const,
  encode: ({ data }: Texts) => encodeTexts(data),
  decode: (bytes: Uint8Array): Texts => ({
    data: decodeTexts(bytes),
    shape,
    stride: shape.map((_, i) => shape.slice(i + 1).reduce((product, length) => product * length, 1)),
  }),
});

export function encodeTexts(texts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 4));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, parts.length, true);
  let at = 4;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

export function decodeTexts(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Decoded at once, one byte a letter: IDs and alleles are short, and a call for each would take most of the time.
  const all = new TextDecoder("latin1").decode(bytes);
  const decoder = new TextDecoder();
  let at = 4;
  return Array.from({ length: view.getUint32(0, true) }, () => {
    const length = view.getUint32(at, true);
    at += 4 + length;
    const text = all.slice(at - length, at);
    return OTHER.test(text) ? decoder.decode(bytes.subarray(at - length, at)) : text;
  });
}

/** Letters of more than one byte in UTF-8. */
const OTHER = /[^\0-\x7f]/;
