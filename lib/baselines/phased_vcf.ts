import { type Genotypes, getBit } from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";

/** A plain VCF of these variants, for programs that read no more than that. */
export function plainVcf(
  { contig, variants: { position, ref, alt } }: Pick<Genotypes, "contig" | "variants">,
  samples: readonly string[],
  call: (variant: number, sample: number) => string,
): string {
  const header = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", ...samples];
  const rows = Array.from(position, (at, i) => {
    const cells = samples.map((_, s) => call(i, s));
    return [contig, at, ".", ref[i], alt[i], ".", "PASS", ".", "GT", ...cells].join("\t");
  });
  const lines = ["##fileformat=VCFv4.2", `##contig=<ID=${contig}>`, header.join("\t"), ...rows];
  return `${lines.join("\n")}\n`;
}

/**
 * Writes phased genotypes as a plain VCF.
 *
 * @throws UserError for missing calls, calls without phase, and a file that cannot be written
 */
export async function writePhasedVcf(genotypes: Genotypes, path: string): Promise<void> {
  const { samples, alleles, missing, unphased } = genotypes;
  if (missing || unphased) throw new UserError(`${path}: expected phased calls, none of them missing`);
  const call = (i: number, s: number) => `${getBit(alleles, i, 2 * s)}|${getBit(alleles, i, 2 * s + 1)}`;
  try {
    await Deno.writeTextFile(path, plainVcf(genotypes, samples, call));
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${(error as Error).message}`);
  }
}
