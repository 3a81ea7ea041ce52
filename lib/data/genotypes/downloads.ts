import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { sha256OfFile } from "../../setup/checksum.ts";
import { CACHE } from "../../setup/paths.ts";
import { unknown } from "../nearest.ts";

/** A file of the paper's genotype experiments that is not part of this workspace. */
export interface Download {
  what: string;
  /** Where its publisher has it. */
  address: string;
  file: string;
  /** How the file comes out of what is at the address, where that is another one. */
  hint?: string;
}

/** Genome build b37 (GRCh37), as in the paper. Neither sizes nor checksums of these files are known here. */
export const DOWNLOADS: Record<string, Download> = {
  "chr20-reference": {
    what: "1000 Genomes phase 3 (v5a), chromosome 20, 2,504 samples, phased",
    address: "http://bochet.gcc.biostat.washington.edu/beagle/1000_Genomes_phase3_v5a/b37.vcf/" +
      "chr20.1kg.phase3.v5a.vcf.gz",
    file: "chr20.1kg.phase3.v5a.vcf.gz",
  },
  "omni-panel": {
    what: "markers of the Illumina HumanOmni2.5-8 v1.1 C array",
    address: "https://www.well.ox.ac.uk/~wrayner/strand/",
    file: "HumanOmni2-5-8-v1-1-C-b37.strand",
    hint: "choose this file in the list of chips, and unpack it if it comes as a zip archive",
  },
};

const DIGEST = /^([0-9a-f]{64})\b/i;

/**
 * The path of a file that the user has downloaded. Nothing is fetched from here, since nobody vouches for what would come. If
 * `FILE.sha256` is beside it, as `sha256sum` writes it, the file must have that digest.
 *
 * @param name among DOWNLOADS
 * @param folder data/cache/downloads of this workspace unless given
 * @throws UserError saying which file to put where if it is absent; for an empty file, another digest and an unknown name.
 */
export async function locateDownload(name: string, folder = join(CACHE, "downloads")): Promise<string> {
  const download = DOWNLOADS[name];
  if (!download) throw new UserError(`no download ${unknown(name, Object.keys(DOWNLOADS))}`);
  const path = join(folder, download.file);
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isFile) {
    throw new UserError(
      `${path}: no such file (${download.what}); get ${download.file} from ${download.address} and put it there` +
        (download.hint ? `: ${download.hint}` : ""),
    );
  }
  if (info.size === 0) throw new UserError(`${path}: expected ${download.what}, found an empty file`);
  await verify(path);
  return path;
}

async function verify(path: string): Promise<void> {
  const text = await Deno.readTextFile(`${path}.sha256`).catch(() => undefined);
  if (text === undefined) return;
  const expected = DIGEST.exec(text.trim())?.[1]?.toLowerCase();
  if (expected === undefined) {
    throw new UserError(`${path}.sha256: expected 64 hexadecimal digits, found "${text.slice(0, 80)}"`);
  }
  const found = await sha256OfFile(path);
  if (found !== expected) {
    throw new UserError(`${path}: expected SHA-256 ${expected} as in the file beside it, found ${found}`);
  }
}
