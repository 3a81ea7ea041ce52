import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { readBytes } from "./read.ts";
import { ELEMENT_BYTES, formatHeader, parseHeader } from "./safetensors_header.ts";
import type { Dtype, Entry } from "./safetensors_header.ts";

/** A tensor at rest: row-major data of `shape` ([] is a scalar). */
export type StoredTensor =
  | { dtype: "F64"; shape: number[]; data: Float64Array }
  | { dtype: "F32"; shape: number[]; data: Float32Array }
  | { dtype: "F16"; shape: number[]; data: Float16Array }
  | { dtype: "I32"; shape: number[]; data: Int32Array }
  | { dtype: "U8"; shape: number[]; data: Uint8Array };

export interface TensorFile {
  /** In the order of writing. */
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

const ARRAYS = { F64: Float64Array, F32: Float32Array, F16: Float16Array, I32: Int32Array, U8: Uint8Array };
/** The limit of the format's own reader: a longer header means that this is some other kind of file. */
const LONGEST_HEADER = 100_000_000;

function tensorOf(data: Uint8Array<ArrayBuffer>, { dtype, shape, begin, end }: Entry): StoredTensor {
  // A slice starts at an aligned address, wherever the tensor lay in the file.
  return { dtype, shape, data: new ARRAYS[dtype](data.slice(begin, end).buffer) } as StoredTensor;
}

/**
 * Reads a safetensors file (F64, F32, F16, I32, U8) and checks all of it before anything is returned.
 *
 * @throws UserError naming the file and what is wrong: missing, truncated, header too long or broken, tensors that
 *   overlap or leave gaps, sizes that disagree with shapes, unknown types, duplicate names.
 */
export async function readSafetensors(path: string): Promise<TensorFile> {
  return parseSafetensors(await readBytes(path, "safetensors"), path);
}

/** As `readSafetensors`, of bytes that were read already; messages call them by `path`. */
export function parseSafetensors(bytes: Uint8Array<ArrayBuffer>, path: string): TensorFile {
  if (bytes.length < 8) {
    throw new UserError(`${path}: expected a safetensors file, found only ${bytes.length} bytes`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const room = Math.min(bytes.length - 8, LONGEST_HEADER);
  if (length > BigInt(room)) {
    throw new UserError(
      `${path}: expected a safetensors file, but its header would take ${length} bytes where at most ${room} fit; ` +
        "it is truncated or of another kind",
    );
  }
  const dataStart = 8 + Number(length);
  let json: string;
  try {
    json = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart));
  } catch {
    throw new UserError(`${path}: the safetensors header is not UTF-8 text`);
  }
  const data = bytes.subarray(dataStart);
  const { entries, metadata } = parseHeader(path, json, data.length);
  return { tensors: new Map(entries.map((entry) => [entry.name, tensorOf(data, entry)])), metadata };
}

/**
 * Writes a safetensors file whole or not at all; equal tensors in equal order give equal bytes.
 *
 * @param metadata any texts to keep beside the tensors
 * @throws UserError if the file cannot be written; RangeError if a shape and its data disagree or a name is reserved.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Record<string, string> = {},
): Promise<void> {
  const stored = new Map(tensors);
  const entries: Entry[] = [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of stored) {
    if (name === "__metadata__") throw new RangeError(`"${name}" cannot name a tensor`);
    const elements = shape.reduce((a, b) => a * b, 1);
    if (data.length !== elements) {
      throw new RangeError(
        `tensor "${name}": shape [${shape}] has ${elements} elements, data ${data.length}`,
      );
    }
    const begin = end;
    end = begin + elements * ELEMENT_BYTES[dtype as Dtype];
    entries.push({ name, dtype, shape, begin, end });
  }
  const header = formatHeader({ entries, metadata });
  const bytes = new Uint8Array(8 + header.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  for (const { name, begin } of entries) {
    const { data } = stored.get(name)!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + header.length + begin);
  }
  await writeAtomic(path, bytes);
}
