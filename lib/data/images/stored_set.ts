import { createHash } from "node:crypto";
import { UserError } from "../../errors.ts";
import { formatHeader, parseHeader } from "../safetensors_header.ts";
import type { ImageSet } from "./image_set.ts";

/** Sets can have gigabytes: they are read, written and digested in pieces, never copied. */
const PIECE = 1 << 24;
const LONGEST_HEADER = 1 << 16;
const NAME = "values";

function digestOf(values: Uint8Array): string {
  const hash = createHash("sha256");
  for (let at = 0; at < values.length; at += PIECE) hash.update(values.subarray(at, at + PIECE));
  return hash.digest("hex");
}

const describe = (key: string, values: Uint8Array) => ({ set: key, sha256: digestOf(values) });

/**
 * Writes the pixels of a set as a safetensors file, whole or not at all.
 *
 * @param key what the set was made of, for those who read it
 * @throws UserError if the file cannot be written; nothing is left behind.
 */
export async function storeSet(path: string, key: string, set: ImageSet): Promise<void> {
  const { count, height, width, channels, values } = set;
  const shape = [count, height, width, channels];
  const header = formatHeader({
    entries: [{ name: NAME, dtype: "U8", shape, begin: 0, end: values.length }],
    metadata: describe(key, values),
  });
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  const temporary = `${path}.${Deno.pid}.part`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      for (const part of [length, header, values]) await writeAll(file, part);
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot write ${path}: ${reason}`);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at, at + PIECE));
}

/** A set that was stored for this key; undefined if its file is absent, torn, changed or of another key. */
export async function readSet(path: string, key: string): Promise<ImageSet | undefined> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    const length = new DataView((await readAll(file, 8)).buffer).getBigUint64(0, true);
    if (length > BigInt(Math.min(size - 8, LONGEST_HEADER))) return undefined;
    const json = new TextDecoder().decode(await readAll(file, Number(length)));
    const { entries, metadata } = parseHeader(path, json, size - 8 - Number(length));
    const [entry] = entries;
    if (entry?.name !== NAME || entry.dtype !== "U8" || metadata.set !== key) return undefined;
    const values = await readAll(file, entry.end);
    if (metadata.sha256 !== digestOf(values)) return undefined;
    const [count, height, width, channels] = entry.shape as [number, number, number, number];
    return { count, height, width, channels, values, white: 255 };
  } catch (error) {
    if (error instanceof UserError || error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function readAll(file: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at, at + PIECE));
    if (read === null) throw new UserError("the file ends early");
    at += read;
  }
  return bytes;
}
