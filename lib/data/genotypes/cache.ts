import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import FileSystemStore from "@zarrita/storage/fs";
import * as zarr from "zarrita";
import { CACHE } from "../../setup/paths.ts";
import type { Genotypes } from "./genotypes.ts";
import { readVcf, type VcfOptions } from "./vcf.ts";
import type { ReadGenotypes } from "./vcf_records.ts";
import { readBits, writeBits } from "./zarr_bits.ts";
import { registerStrings } from "./zarr_strings.ts";
import { readVariants } from "./zarr_variants.ts";
import { writeZarr } from "./zarr_write.ts";

export interface CacheOptions extends VcfOptions {
  /** Where it is kept; data/cache/genotypes of this workspace unless given. It can be emptied at any time. */
  cache?: string;
}

/** Changes when the same file would give other genotypes. */
const FORMAT = "1";
/** The attribute beside those of VCF Zarr, and the start of the names of arrays that hold the bits as they are. */
const OURS = "spin";
const MATRICES = ["alleles", "missing", "unphased"] as const;
const PIECE = 1 << 24;

type Kept = Omit<ReadGenotypes, "genotypes"> & { digest: string };

/**
 * As readVcf; what was read is kept as VCF Zarr, which later calls with the same options read instead. Beside the calls of
 * that layout are the same ones as bits, an eighth of the bytes, and those are read. It is made again when the file's size or
 * time changes, and if its content is not what was written.
 *
 * @throws UserError as readVcf, and if the cache cannot be written.
 */
export async function cachedGenotypes(path: string, options: CacheOptions = {}): Promise<ReadGenotypes> {
  const { cache = join(CACHE, "genotypes"), onProgress, ...asked } = options;
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isFile) return await readVcf(path, options);
  const key = JSON.stringify([FORMAT, resolve(path), info.size, info.mtime?.getTime(), asked]);
  const name = createHash("sha256").update(key).digest("hex").slice(0, 24);
  const folder = join(cache, `${name}.vcz`);
  const kept = await readKept(folder);
  if (kept) return kept;
  const read = await readVcf(path, { ...asked, onProgress });
  const { genotypes, ...rest } = read;
  await writeZarr(genotypes, folder, {
    attributes: { [OURS]: { ...rest, digest: digestOf(genotypes) } satisfies Kept },
    async more(root) {
      for (const name of MATRICES) {
        if (genotypes[name]) await writeBits(root, `${OURS}_${name}`, genotypes[name]);
      }
    },
  });
  return read;
}

/** What the cache holds; undefined if it is not there, or not as it was written. */
async function readKept(folder: string): Promise<ReadGenotypes | undefined> {
  try {
    const root = zarr.root(new FileSystemStore(folder));
    const attributes = (await zarr.open(root, { kind: "group" })).attrs;
    const { digest, ...rest } = attributes[OURS] as Kept;
    registerStrings();
    const described = await readVariants(root);
    const samples = described.samples.length;
    const [alleles, missing, unphased] = [
      await readBits(root, `${OURS}_alleles`, 2 * samples),
      await readBits(root, `${OURS}_missing`, samples),
      await readBits(root, `${OURS}_unphased`, samples),
    ];
    if (!alleles) return undefined;
    const genotypes = { ...described, alleles, missing, unphased };
    return digest === digestOf(genotypes) ? { genotypes, ...rest } : undefined;
  } catch {
    return undefined;
  }
}

function digestOf({ contig, samples, variants, alleles, missing, unphased }: Genotypes): string {
  const hash = createHash("sha256").update(JSON.stringify([contig, samples, alleles.rows]));
  const add = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at += PIECE) hash.update(bytes.subarray(at, at + PIECE));
  };
  add(new Uint8Array(variants.position.buffer, variants.position.byteOffset, variants.position.byteLength));
  for (const texts of [variants.id, variants.ref, variants.alt]) hash.update(texts.join("\n"));
  for (const matrix of [alleles, missing, unphased]) if (matrix) add(matrix.bytes);
  return hash.digest("hex");
}
