import { UserError } from "../../errors.ts";
import { type Genotypes, sameContig, variantKey } from "./genotypes.ts";
import { eachLine } from "./lines.ts";

/** Columns up to ALT. */
const SITE_COLUMNS = 5;

/**
 * Reads the markers of an array from a VCF, plain or gzip, of which the calls are not looked at; one for each ALT allele.
 *
 * @param contig reads this chromosome alone; with or without `chr`
 * @returns what identifies each marker, as variantKey has it
 * @throws UserError with the line for one that is none, and if there is no site.
 */
export async function readSites(path: string, contig: string): Promise<Set<string>> {
  const sites = new Set<string>();
  const decoder = new TextDecoder();
  await eachLine(path, "site", (bytes, start, end, line) => {
    if (end === start || bytes[start] === 0x23) return true;
    const head = decoder.decode(bytes.subarray(start, start + headLength(bytes, start, end)));
    const [chromosome, position, , ref, alt] = head.split("\t");
    if (alt === undefined) {
      throw new UserError(`${path}, line ${line}: expected the columns CHROM POS ID REF ALT, found fewer`);
    }
    if (!/^[1-9]\d{0,9}$/.test(position!)) {
      throw new UserError(`${path}, line ${line}: expected a position, found "${position}"`);
    }
    if (sameContig(chromosome!, contig)) {
      for (const one of alt.split(",")) sites.add(`${position}:${ref}:${one}`);
    }
    return true;
  });
  if (sites.size === 0) throw new UserError(`${path}: expected sites of chromosome ${contig}, found none`);
  return sites;
}

/** Bytes of the columns up to ALT; those of a panel with calls are long. */
function headLength(bytes: Uint8Array, start: number, end: number): number {
  let columns = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === 0x09 && ++columns === SITE_COLUMNS) return at - start;
  }
  return end - start;
}

/** Which variants an array has, by position, REF and ALT, as increasing indices. */
export const onPanel = ({ variants }: Genotypes, sites: ReadonlySet<string>): Int32Array =>
  Int32Array.from(variants.position.keys().filter((i) => sites.has(variantKey(variants, i))));
