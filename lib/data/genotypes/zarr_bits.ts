import * as zarr from "zarrita";
import { type BitMatrix, bitMatrix } from "./bits.ts";
import type { Root } from "./zarr_variants.ts";
import { BYTES, ZSTD } from "./zarr_write.ts";

/** Bytes of a chunk, about. */
const CHUNK = 1 << 22;

/** Writes a matrix of bits as an array of its bytes, [rows, stride]. */
export async function writeBits(root: Root, name: string, { rows, stride, bytes }: BitMatrix): Promise<void> {
  const height = Math.max(1, Math.min(rows, Math.floor(CHUNK / stride)));
  const array = await zarr.create(root.resolve(name), {
    shape: [rows, stride],
    dtype: "uint8",
    chunkShape: [height, stride],
    codecs: [BYTES, ZSTD],
    fillValue: 0,
  });
  for (let from = 0; from < rows; from += height) {
    const to = Math.min(rows, from + height);
    const data = bytes.subarray(from * stride, to * stride);
    await zarr.set(array, [zarr.slice(from, to), null], {
      data,
      shape: [to - from, stride],
      stride: [stride, 1],
    });
  }
}

/** Reads what writeBits wrote; null if there is none. */
export async function readBits(root: Root, name: string, columns: number): Promise<BitMatrix | null> {
  const array = await zarr.open(root.resolve(name), { kind: "array" }).catch((error) => {
    if (error instanceof zarr.NotFoundError) return null;
    throw error;
  });
  if (!array) return null;
  const [rows, stride] = array.shape as [number, number];
  const matrix = bitMatrix(rows, columns);
  const height = array.chunks[0]!;
  for (let i = 0; i * height < rows; i++) {
    const { data } = await array.getChunk([i, 0]) as unknown as { data: Uint8Array };
    const length = Math.min(height, rows - i * height) * stride;
    matrix.bytes.set(data.subarray(0, length), i * height * stride);
  }
  return matrix;
}
