import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { readBytes } from "./read.ts";

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
  // A tensor may have gigabytes: it is copied only if it does not lie at an aligned address.
  const start = data.byteOffset + begin;
  const isAligned = start % ELEMENT_BYTES[dtype] === 0;
  const values = isAligned
    ? new ARRAYS[dtype](data.buffer, start, (end - begin) / ELEMENT_BYTES[dtype])
    : new ARRAYS[dtype](data.slice(begin, end).buffer);
  return { dtype, shape, data: values } as StoredTensor;
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
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  await writeAtomic(path, [length, header, ...Array.from(stored.values(), bytesOf)]);
}

/** The bytes of a tensor's data where they are. */
const bytesOf = ({ data }: StoredTensor): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

const ELEMENT_BYTES = { F64: 8, F32: 4, F16: 2, I32: 4, U8: 1 } as const;
type Dtype = keyof typeof ELEMENT_BYTES;

/** Where one tensor lies: offsets count from the first byte after the header. */
interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

interface Header {
  /** In the order of their data. */
  entries: Entry[];
  metadata: Record<string, string>;
}

const METADATA = "__metadata__";

/** JSON.parse keeps the last of two equal keys without a word, so the keys are read from the text itself. */
function topLevelKeys(json: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token, following] of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && following) keys.push(JSON.parse(token.slice(0, -following.length)));
  }
  return keys;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function entryOf(path: string, name: string, value: unknown): Entry {
  const fail = (problem: string) => new UserError(`${path}: tensor "${name}": ${problem}`);
  if (!isRecord(value)) throw fail("expected an object with dtype, shape and data_offsets");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    throw fail(`expected dtype ${Object.keys(ELEMENT_BYTES).join(", ")}, found ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw fail(`expected a shape of whole numbers, found ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw fail(`expected data_offsets [begin, end], found ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((a, b) => a * b, ELEMENT_BYTES[dtype as Dtype]);
  if (end - begin !== bytes) {
    throw fail(`${dtype} [${shape}] takes ${bytes} bytes, but its data_offsets hold ${end - begin}`);
  }
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

/** The data part must be covered exactly by the entries in order: no tensor over another, no gap, nothing behind the last one. */
function checkLayout(path: string, entries: Entry[], dataBytes: number): void {
  let at = 0;
  for (const { name, begin, end } of entries) {
    const fail = (problem: string) => new UserError(`${path}: tensor "${name}" ${problem}`);
    if (end > dataBytes) {
      throw fail(`ends at data byte ${end}, but the file has ${dataBytes}; it is truncated or damaged`);
    }
    if (begin < at) throw fail(`begins at data byte ${begin}, inside another tensor that ends at ${at}`);
    if (begin > at) throw fail(`begins at data byte ${begin}, leaving a gap after ${at}`);
    at = end;
  }
  if (at !== dataBytes) {
    throw new UserError(`${path}: expected ${at} bytes of tensor data, found ${dataBytes}`);
  }
}

/** @param dataBytes size of what follows the header @throws UserError naming the file and the tensor */
function parseHeader(path: string, json: string, dataBytes: number): Header {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new UserError(`${path}: the safetensors header is not valid JSON: ${(error as Error).message}`);
  }
  if (!isRecord(parsed)) throw new UserError(`${path}: the safetensors header is not a JSON object`);
  const seen = new Set<string>();
  for (const key of topLevelKeys(json)) {
    if (seen.has(key)) throw new UserError(`${path}: two tensors are called "${key}"`);
    seen.add(key);
  }
  const { [METADATA]: metadata = {}, ...tensors } = parsed;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new UserError(`${path}: expected ${METADATA} to map names to texts`);
  }
  const entries = Object.entries(tensors).map(([name, value]) => entryOf(path, name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(path, entries, dataBytes);
  return { entries, metadata: metadata as Record<string, string> };
}

/** The JSON header for tensors that lie one after the other; padded with blanks to a multiple of 8 bytes. */
function formatHeader({ entries, metadata }: Header): Uint8Array<ArrayBuffer> {
  // Written member by member: an object would move names such as "7" to the front.
  const members = entries.map(({ name, dtype, shape, begin, end }) =>
    [name, { dtype, shape, data_offsets: [begin, end] }] as [string, unknown]
  );
  if (Object.keys(metadata).length > 0) members.unshift([METADATA, metadata]);
  const json = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",");
  const bytes = new TextEncoder().encode(`{${json}}`);
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0x20);
  padded.set(bytes);
  return padded;
}

/** There can be gigabytes, more than a digest takes at once. */
const PIECE = 1 << 24;

function digestOf(tensors: Iterable<StoredTensor>): string {
  const hash = createHash("sha256");
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor);
    for (let at = 0; at < bytes.length; at += PIECE) hash.update(bytes.subarray(at, at + PIECE));
  }
  return hash.digest("hex");
}

/**
 * Keeps tensors that took long to make in a safetensors file.
 *
 * @param key what they were made of, for those who read it
 * @returns the SHA-256 of their data
 * @throws UserError if the file cannot be written; nothing is left behind.
 */
export async function storeTensors(
  path: string,
  key: string,
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<string> {
  const sha256 = digestOf(tensors.values());
  await writeSafetensors(path, tensors, { set: key, sha256 });
  return sha256;
}

/** What was stored for this key; undefined if its file is absent, torn, changed or of another key. */
export async function storedTensors(
  path: string,
  key: string,
): Promise<{ tensors: Map<string, StoredTensor>; sha256: string } | undefined> {
  try {
    const { tensors, metadata } = await readSafetensors(path);
    const sha256 = digestOf(tensors.values());
    return metadata["set"] === key && metadata["sha256"] === sha256 ? { tensors, sha256 } : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
