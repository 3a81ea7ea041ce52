import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { CACHE } from "../../setup/paths.ts";
import { unknown } from "../nearest.ts";
import { placedFile, type RemoteFile } from "../placed_file.ts";

/**
 * Files of the paper's genotype experiments that are not part of this workspace; genome build b37 (GRCh37), as in the
 * paper. Neither sizes nor checksums of these files are known here.
 */
export const DOWNLOADS: Record<string, RemoteFile> = {
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

/**
 * The path of a file that the user has downloaded.
 *
 * @param name among DOWNLOADS
 * @param folder data/cache/downloads of this workspace unless given
 * @throws UserError as placedFile, and for an unknown name.
 */
export async function locateDownload(name: string, folder = join(CACHE, "downloads")): Promise<string> {
  const download = DOWNLOADS[name];
  if (!download) throw new UserError(`no download ${unknown(name, Object.keys(DOWNLOADS))}`);
  return await placedFile(download, folder);
}
