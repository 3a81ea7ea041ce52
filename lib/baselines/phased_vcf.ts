import { type Genotypes, getBit } from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";

/**
 * Writes phased genotypes as a plain VCF, for programs that read no more than that.
 *
 * @throws UserError for missing calls, calls without phase, and a file that cannot be written
 */
export async function writePhasedVcf(genotypes: Genotypes, path: string): Promise<void> {
  const { contig, samples, variants, alleles, missing, unphased } = genotypes;
  if (missing || unphased) throw new UserError(`${path}: expected phased calls, none of them missing`);
  const header = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", ...samples];
  const rows = Array.from(variants.position, (position, i) => {
    const cells = samples.map((_, s) => `${getBit(alleles, i, 2 * s)}|${getBit(alleles, i, 2 * s + 1)}`);
    return [contig, position, ".", variants.ref[i], variants.alt[i], ".", "PASS", ".", "GT", ...cells].join(
      "\t",
    );
  });
  const lines = ["##fileformat=VCFv4.2", `##contig=<ID=${contig}>`, header.join("\t"), ...rows];
  try {
    await Deno.writeTextFile(path, `${lines.join("\n")}\n`);
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${(error as Error).message}`);
  }
}
