import FileSystemStore from "@zarrita/storage/fs";
import * as zarr from "zarrita";
import { UserError } from "../../errors.ts";
import { type BitMatrix, bitMatrix, setBit } from "./bits.ts";
import type { Genotypes } from "./genotypes.ts";
import { packNumbers } from "./zarr_pack.ts";
import { registerStrings } from "./zarr_strings.ts";
import { openArray, readVariants, type StoredArray } from "./zarr_variants.ts";

/**
 * Reads genotypes of a VCF Zarr folder (format 2 or 3), chunk by chunk: memory is that of the result and of a few chunks.
 *
 * @throws UserError naming the array if one is absent or does not fit the others, and for several chromosomes, variants with
 *   more than one ALT allele, and calls that are not diploid.
 */
export async function readZarr(path: string): Promise<Genotypes> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isDirectory) {
    throw new UserError(`${path}: expected a VCF Zarr folder, found ${info ? "a file" : "none"}`);
  }
  registerStrings();
  try {
    return await read(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: this VCF Zarr cannot be read: ${(error as Error).message}`);
  }
}

async function read(path: string): Promise<Genotypes> {
  const root = zarr.root(new FileSystemStore(path));
  const described = await readVariants(root);
  const [rows, samples] = [described.variants.position.length, described.samples.length];
  const calls = await openArray(root, "call_genotype");
  const expected = [rows, samples, 2];
  if (expected.some((length, i) => calls.shape[i] !== length)) {
    throw new UserError(`${path}: call_genotype: expected [${expected}], found [${calls.shape}]`);
  }
  const alleles = bitMatrix(rows, 2 * samples);
  const missing = bitMatrix(rows, samples);
  await eachChunk(calls, (chunk, row, sample) => packNumbers(chunk, alleles, missing, row, sample));
  const unphased = bitMatrix(rows, samples);
  await eachChunk(await openArray(root, "call_genotype_phased"), (chunk, row, sample) => {
    markUnphased(chunk, { alleles, missing, unphased }, row, sample);
  });
  const some = (matrix: BitMatrix) => matrix.bytes.some((byte) => byte !== 0) ? matrix : null;
  return { ...described, alleles, missing: some(missing), unphased: some(unphased) };
}

/** Reads the chunks of an array [variants, samples, ...] one after the other. */
async function eachChunk(
  array: StoredArray,
  onChunk: (chunk: zarr.Chunk<zarr.DataType>, row: number, sample: number) => void,
): Promise<void> {
  const [rows, samples] = array.chunks as [number, number];
  const rest = array.shape.slice(2).map(() => 0);
  for (let i = 0; i * rows < array.shape[0]!; i++) {
    for (let j = 0; j * samples < array.shape[1]!; j++) {
      onChunk(await array.getChunk([i, j, ...rest]), i * rows, j * samples);
    }
  }
}

interface Marks {
  alleles: BitMatrix;
  missing: BitMatrix;
  unphased: BitMatrix;
}

/** Heterozygous calls that are not said to be phased. */
function markUnphased(chunk: zarr.Chunk<zarr.DataType>, marks: Marks, row: number, sample: number): void {
  const { alleles, unphased } = marks;
  const data = chunk.data as unknown as zarr.BoolArray;
  const flags = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (!flags.includes(0)) return;
  const [rows, samples] = [unphased.rows - row, unphased.columns - sample];
  for (let i = 0; i < Math.min(rows, chunk.shape[0]!); i++) {
    for (let j = 0; j < Math.min(samples, chunk.shape[1]!); j++) {
      if (flags[i * chunk.stride[0]! + j * chunk.stride[1]!] === 1) continue;
      const s = sample + j;
      const both = (alleles.bytes[(row + i) * alleles.stride + (s >> 2)]! >> (2 * (s & 3))) & 3;
      if (both === 1 || both === 2) setBit(unphased, row + i, s);
    }
  }
}
