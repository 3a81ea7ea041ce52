import { UserError } from "../../errors.ts";
import { sampleIndices } from "./chosen_samples.ts";
import { eachLine } from "./lines.ts";
import type { Region } from "./region.ts";
import type { OnBytes } from "./unpacked.ts";
import { parseVcfHeader } from "./vcf_header.ts";
import { type ReadGenotypes, recordReader } from "./vcf_records.ts";
import { startProblem } from "./vcf_start.ts";

export interface VcfOptions {
  /** Names of the samples to read, in the order that is wanted; all unless given. */
  samples?: readonly string[];
  /** What to read of the file; it may hold several chromosomes then. */
  region?: Region;
  /**
   * What becomes of a record with several ALT alleles. `split` (the default): one variant for each, in which the others count
   * as 0. `carrier`: one variant, any allele but the reference is 1, as in the paper's code; its ALT stays as written.
   * `skip`: none. Symbolic alleles and `*` are alleles like others.
   */
  multiallelic?: "split" | "carrier" | "skip";
  /** `phased`: refuses heterozygous calls without phase. */
  require?: "phased";
  /** Told now and then how many bytes of the file are read, and how many it has. */
  onProgress?: OnBytes;
}

/**
 * Reads the genotypes of a VCF, plain or compressed with gzip or bgzip, as a stream: memory is that of the result. Missing
 * calls may be `./.`, `.|.` or `.`; those missing by half, such as `0/.`, count as missing. Lines may end with CR and LF.
 *
 * @throws UserError, with line, position and sample where there is one, for a file that is no VCF, cut short or damaged, for
 *   records that do not fit the header, genotypes that are none or not diploid, positions that decrease, a second chromosome
 *   if no region is asked for, a region without records, and samples that are not there.
 */
export async function readVcf(path: string, options: VcfOptions = {}): Promise<ReadGenotypes> {
  const lines: string[] = [];
  let reader: ReturnType<typeof recordReader> | undefined;
  let share = 0;
  await eachLine(path, "VCF", (bytes, start, end, line) => {
    if (reader) return end === start || reader.read(bytes, start, end, line);
    const text = new TextDecoder().decode(bytes.subarray(start, end));
    if (!text.startsWith("#")) throw new UserError(startProblem(path, line, bytes.subarray(start, end)));
    lines.push(text);
    if (text.startsWith("##")) return true;
    const header = parseVcfHeader(lines, path);
    const chosen = options.samples ? sampleIndices(header.samples, options.samples, path) : null;
    reader = recordReader({ path, header, chosen, options, share: () => share });
    return true;
  }, (done, of) => {
    share = done / of;
    options.onProgress?.(done, of);
  });
  if (!reader) throw new UserError(`${path}: expected a VCF with a line #CHROM, found ${found(lines)}`);
  return reader.done();
}

const found = (lines: string[]) => lines.length === 0 ? "an empty file" : `none in ${lines.length} lines`;
