import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { bytesOf, readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";

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
