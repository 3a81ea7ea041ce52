import { UserError } from "../../errors.ts";
import { type Genotypes, variantKey } from "./genotypes.ts";
import { eachLine } from "./lines.ts";
import { sameContig } from "./region.ts";
import { wholeNumber } from "./vcf_fields.ts";

/** A marker of a genotyping array. */
export interface Site {
  contig: string;
  position: number;
  id?: string;
  /** With `alt`, if the file tells the alleles. */
  ref?: string;
  alt?: string;
}

const STRAND = "id, chromosome, position, percent, strand and tag with tabs between them";
/** Columns up to ALT. */
const SITE_COLUMNS = 5;

/**
 * Reads the markers of an array, plain or gzip: a VCF, of which the calls are not looked at (one site for each ALT allele), or
 * a `.strand` file: tabs, no header, the columns id, chromosome, position, percent, strand and tag.
 *
 * @param contig reads this chromosome alone; with or without `chr`
 * @throws UserError with the line for one that is of neither form, and if there is no site.
 */
export async function readSites(path: string, contig?: string): Promise<Site[]> {
  const sites: Site[] = [];
  const decoder = new TextDecoder();
  let isVcf = false;
  await eachLine(path, "site", (bytes, start, end, line) => {
    if (line === 1) isVcf = bytes[start] === 0x23;
    if (end === start || (isVcf && bytes[start] === 0x23)) return true;
    const place = `${path}, line ${line}`;
    const head = decoder.decode(bytes.subarray(start, Math.min(end, start + headLength(bytes, start, end))));
    const found = isVcf ? vcfSites(head, place) : [strandSite(head, place)];
    for (const site of found) if (contig === undefined || sameContig(site.contig, contig)) sites.push(site);
    return true;
  });
  if (sites.length === 0) {
    throw new UserError(`${path}: expected sites${contig ? ` of chromosome ${contig}` : ""}, found none`);
  }
  return sites;
}

/** Bytes of the columns up to ALT; those of a panel with calls are long. */
function headLength(bytes: Uint8Array, start: number, end: number): number {
  let columns = 0;
  for (let at = start; at < end; at++) if (bytes[at] === 0x09 && ++columns > SITE_COLUMNS) return at - start;
  return end - start;
}

function vcfSites(head: string, place: string): Site[] {
  const [contig, position, id, ref, alt] = head.split("\t");
  if (alt === undefined) {
    throw new UserError(`${place}: expected the columns CHROM POS ID REF ALT, found fewer`);
  }
  const site = { contig: contig!, position: positionOf(position!, place), ref: ref! };
  return alt.split(",").map((one) => ({ ...site, alt: one, ...(id === "." ? {} : { id }) }));
}

function strandSite(head: string, place: string): Site {
  const [id, contig, position, , , more] = head.split("\t");
  if (more === undefined) throw new UserError(`${place}: expected ${STRAND}, or a VCF; found fewer columns`);
  return { contig: contig!, position: positionOf(position!, place, 0), id: id! };
}

function positionOf(text: string, place: string, least = 1): number {
  const bytes = new TextEncoder().encode(text);
  const position = wholeNumber(bytes, 0, bytes.length);
  if (!(position >= least)) throw new UserError(`${place}: expected a position, found "${text}"`);
  return position;
}

/**
 * Which variants an array has, as increasing indices. Sites with alleles are found by position, REF and ALT; others by their
 * whole ID, as the reference code does with `.strand` files, where "rs1;rs2" is another ID than "rs1".
 */
export function onPanel({ contig, variants }: Genotypes, sites: readonly Site[]): Int32Array {
  const alleles = new Set<string>();
  const ids = new Set<string>();
  for (const site of sites) {
    if (!sameContig(site.contig, contig)) continue;
    if (site.ref !== undefined) alleles.add(`${site.position}:${site.ref}:${site.alt}`);
    else if (site.id !== undefined && site.id !== ".") ids.add(site.id);
  }
  const indices: number[] = [];
  for (let i = 0; i < variants.position.length; i++) {
    if (ids.has(variants.id[i]!) || alleles.has(variantKey(variants, i))) indices.push(i);
  }
  return Int32Array.from(indices);
}
