import type FileSystemStore from "@zarrita/storage/fs";
import * as zarr from "zarrita";
import { UserError } from "../../errors.ts";
import type { Genotypes } from "./genotypes.ts";

export type StoredArray = zarr.Array<zarr.DataType, FileSystemStore>;
export type Root = zarr.Location<FileSystemStore>;
type Values = ArrayLike<unknown> | { get(index: number): unknown; length: number };

/** @throws UserError naming the array if there is none. */
export async function openArray(root: Root, name: string): Promise<StoredArray> {
  try {
    return await zarr.open(root.resolve(name), { kind: "array" });
  } catch (error) {
    throw new UserError(`${root.store.root}: expected an array ${name}: ${(error as Error).message}`);
  }
}

/** All of an array in its order. */
async function whole(root: Root, name: string): Promise<{ values: unknown[]; shape: number[] }> {
  const array = await openArray(root, name);
  const { shape, chunks } = array;
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  // Texts that come one chunk after the other need not go through zarrita's selections, which take most of the time.
  if (array.dtype === "string" && shape.every((length, i) => i === 0 || chunks[i] === length)) {
    const values: unknown[] = [];
    for (let i = 0; values.length < shape[0]! * width; i++) {
      const { data } = await array.getChunk([i, ...shape.slice(1).map(() => 0)]);
      const texts = data as unknown as string[];
      for (let at = 0; at < texts.length && values.length < shape[0]! * width; at++) values.push(texts[at]);
    }
    return { values, shape };
  }
  const { data } = await zarr.get(array) as unknown as { data: Values };
  return {
    values: Array.from({ length: data.length }, (_, i) => "get" in data ? data.get(i) : data[i]),
    shape,
  };
}

/**
 * Reads all but the calls of a VCF Zarr.
 *
 * @throws UserError for an array that is absent, several chromosomes, and variants with more than one ALT allele.
 */
export async function readVariants(root: Root): Promise<Pick<Genotypes, "contig" | "samples" | "variants">> {
  const source = root.store.root;
  const position = Int32Array.from((await whole(root, "variant_position")).values, Number);
  const samples = (await whole(root, "sample_id")).values.map(String);
  const contigs = (await whole(root, "contig_id")).values.map(String);
  const used = new Set((await whole(root, "variant_contig")).values.map(Number));
  if (used.size > 1) throw new UserError(`${source}: expected one chromosome, found ${used.size}`);
  const id = (await whole(root, "variant_id")).values.map(String);
  const { values: texts, shape: [, width = 0] } = await whole(root, "variant_allele");
  const several = texts.findIndex((text, i) => i % width > 1 && text !== "" && text !== ".");
  if (several >= 0) {
    const at = position[Math.floor(several / width)];
    throw new UserError(`${source}: expected one ALT allele for each variant, found more at position ${at}`);
  }
  const pick = (which: number) => id.map((_, i) => String(texts[i * width + which] || "."));
  const contig = contigs[[...used][0] ?? 0] ?? "";
  return { contig, samples, variants: { position, id, ref: pick(0), alt: pick(1) } };
}
