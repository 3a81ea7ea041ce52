import { type Genotypes, unpackBits, variantCount } from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";

/**
 * Writes phased genotypes as a plain VCF, for programs that read no more than that.
 *
 * @throws UserError for missing calls, calls without phase, and a file that cannot be written
 */
export async function writePhasedVcf(genotypes: Genotypes, path: string): Promise<void> {
  const { contig, samples, variants, alleles, missing, unphased } = genotypes;
  if (missing || unphased) throw new UserError(`${path}: expected phased calls, none of them missing`);
  const columns = Int32Array.from({ length: 2 * samples.length }, (_, i) => i);
  const calls = unpackBits(
    alleles,
    Int32Array.from({ length: variantCount(genotypes) }, (_, i) => i),
    columns,
  );
  const header = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", ...samples];
  const rows = Array.from(variants.position, (position, i) => {
    const row = calls.subarray(i * columns.length, (i + 1) * columns.length);
    const cells = samples.map((_, s) => `${row[2 * s]}|${row[2 * s + 1]}`);
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
