import { UserError } from "../errors.ts";

/** Bytes per element of the types that can be stored. */
export const ELEMENT_BYTES = { F64: 8, F32: 4, F16: 2, I32: 4, U8: 1 } as const;
export type Dtype = keyof typeof ELEMENT_BYTES;

/** Where one tensor lies: offsets count from the first byte after the header. */
export interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

export interface Header {
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

/**
 * Parses and checks the JSON header of a safetensors file.
 *
 * @param dataBytes size of what follows the header
 * @throws UserError naming the file and the tensor for every way in which it can be wrong.
 */
export function parseHeader(path: string, json: string, dataBytes: number): Header {
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
export function formatHeader({ entries, metadata }: Header): Uint8Array<ArrayBuffer> {
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
