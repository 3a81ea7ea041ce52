import FileSystemStore from "@zarrita/storage/fs";
import * as zarr from "zarrita";
import { UserError } from "../../errors.ts";
import type { BitMatrix } from "./bits.ts";
import { type Genotypes, variantCount } from "./genotypes.ts";
import { registerStrings } from "./zarr_strings.ts";
import type { Root } from "./zarr_variants.ts";

/** Variants and samples of a chunk, as bio2zarr has them. */
const [VARIANTS, SAMPLES] = [1000, 10_000];
export const ZSTD = { name: "zstd", configuration: { level: 1, checksum: false } };
export const BYTES = { name: "bytes", configuration: { endian: "little" } };

interface WriteOptions {
  /** Kept beside the attributes of the layout. */
  attributes?: Record<string, unknown>;
  /** Writes more into the folder before it takes its name. */
  more?: (root: Root) => Promise<void>;
}

/**
 * Writes genotypes as VCF Zarr (the layout of bio2zarr and sgkit, in Zarr's format 3): `call_genotype` with -1 for missing,
 * `call_genotype_phased`, `call_genotype_mask`, and the arrays of variants, samples and the chromosome. The folder takes its
 * name when it is whole; one that is there already is replaced.
 *
 * @throws UserError if it cannot be written; nothing is left behind.
 */
export async function writeZarr(
  genotypes: Genotypes,
  path: string,
  { attributes = {}, more }: WriteOptions = {},
): Promise<void> {
  const temporary = `${path}.${Deno.pid}.part`;
  try {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    await Deno.mkdir(temporary, { recursive: true });
    const root = zarr.root(new FileSystemStore(temporary));
    await zarr.create(root, {
      attributes: { vcf_zarr_version: "0.4", source: "SPIN workspace", ...attributes },
    });
    await writeVariants(root, genotypes);
    await writeCalls(root, genotypes);
    await more?.(root);
    await Deno.remove(path, { recursive: true }).catch(() => {});
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot write ${path}: ${reason}`);
  }
}

async function writeVariants(root: Root, { contig, samples, variants }: Genotypes): Promise<void> {
  const count = variants.position.length;
  const dimension = ["variants"];
  await writeArray(root, "variant_position", "int32", variants.position, [count], dimension);
  await writeArray(root, "variant_contig", "int8", new Int8Array(count), [count], dimension);
  await writeTexts(root, "variant_id", variants.id, [count], dimension);
  const alleles = variants.ref.flatMap((ref, i) => [ref, variants.alt[i]!]);
  await writeTexts(root, "variant_allele", alleles, [count, 2], ["variants", "alleles"]);
  await writeTexts(root, "sample_id", samples, [samples.length], ["samples"]);
  await writeTexts(root, "contig_id", [contig], [1], ["contigs"]);
}

const strides = (shape: number[]) =>
  shape.map((_, i) => shape.slice(i + 1).reduce((product, length) => product * length, 1));

/** Of each chunk the rows are many, so that strings and positions are few files. */
const chunksOf = ([rows, ...rest]: number[]) => [Math.max(1, Math.min(rows!, 100 * VARIANTS)), ...rest];

async function writeArray<D extends "int32" | "int8">(
  root: Root,
  name: string,
  dtype: D,
  data: zarr.TypedArray<D>,
  shape: number[],
  dimensionNames: string[],
): Promise<void> {
  const array = await zarr.create(root.resolve(name), {
    shape,
    dtype,
    chunkShape: chunksOf(shape),
    codecs: [BYTES, ZSTD],
    fillValue: 0 as never,
    dimensionNames,
  });
  await zarr.set(array as never, null, { data, shape, stride: strides(shape) } as never);
}

async function writeTexts(
  root: Root,
  name: string,
  data: string[],
  shape: number[],
  dimensionNames: string[],
): Promise<void> {
  registerStrings();
  const array = await zarr.create(root.resolve(name), {
    shape,
    dtype: "string",
    chunkShape: chunksOf(shape),
    codecs: [{ name: "vlen-utf8", configuration: {} }, ZSTD],
    fillValue: "",
    dimensionNames,
  });
  await zarr.set(array as never, null, { data, shape, stride: strides(shape) } as never);
}

/** The chunks of calls one after the other; flags that no call has are left to the fill value. */
async function writeCalls(root: Root, genotypes: Genotypes): Promise<void> {
  const [rows, samples] = [variantCount(genotypes), genotypes.samples.length];
  const { alleles, missing, unphased } = genotypes;
  const create = (name: string, dtype: "int8" | "bool", ploidy: number[], fillValue: number | boolean) =>
    zarr.create(root.resolve(name), {
      shape: [rows, samples, ...ploidy],
      dtype,
      chunkShape: [Math.max(1, Math.min(rows, VARIANTS)), Math.min(samples, SAMPLES), ...ploidy],
      codecs: [BYTES, ZSTD],
      fillValue: fillValue as never,
      dimensionNames: ["variants", "samples", "ploidy"].slice(0, 2 + ploidy.length),
    });
  const calls = await create("call_genotype", "int8", [2], -1);
  const phased = await create("call_genotype_phased", "bool", [], true);
  const mask = await create("call_genotype_mask", "bool", [2], false);
  for (let from = 0; from < rows; from += VARIANTS) {
    const to = Math.min(rows, from + VARIANTS);
    const write = (array: unknown, bytes: Uint8Array, ploidy: number[]) => {
      const shape = [to - from, samples, ...ploidy];
      const data = array === calls
        ? new Int8Array(bytes.buffer)
        : new zarr.BoolArray(bytes.buffer as ArrayBuffer);
      const selection = [zarr.slice(from, to), ...shape.slice(1).map(() => null)];
      return zarr.set(array as never, selection as never, { data, shape, stride: strides(shape) } as never);
    };
    const alleleBytes = spread(alleles, from, to, 1);
    if (missing) {
      const flags = spread(missing, from, to, 2);
      for (let i = 0; i < flags.length; i++) if (flags[i] === 1) alleleBytes[i] = 0xff;
      await write(mask, flags, [2]);
    }
    await write(calls, alleleBytes, [2]);
    if (unphased) await write(phased, spread(unphased, from, to, 1).map((flag) => 1 - flag), []);
  }
}

/** The bits of some rows as bytes, each `times` times. */
function spread({ columns, stride, bytes }: BitMatrix, from: number, to: number, times: 1 | 2): Uint8Array {
  const out = new Uint8Array((to - from) * columns * times);
  let at = 0;
  for (let row = from; row < to; row++) {
    for (let column = 0; column < columns; column++) {
      const bit = (bytes[row * stride + (column >> 3)]! >> (column & 7)) & 1;
      out[at++] = bit;
      if (times === 2) out[at++] = bit;
    }
  }
  return out;
}
