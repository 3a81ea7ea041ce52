/** References of more people and longer regions than B2's, made of its haplotypes: for time and memory, not for accuracy. */
import { threefryUniform } from "@spin/xla/threefry";
import { type Genotypes, getBit, variantCount } from "../../data/genotypes/mod.ts";
import { columnLine } from "../../data/genotypes/vcf_header.ts";
import { bgzfWriter } from "../../data/genotypes/bgzf.ts";

/** Bases after which the region begins again, and after which a haplotype goes on as another one. */
const PERIOD = 3_000_000;
const BLOCK = 100_000;

/** People and variants a base of 1000 Genomes' chromosome 20 as a whole. */
const WHOLE = { donors: 2504, density: 28.8e-3 };

/** How many rare variants are put behind each variant, so that there are as many as so many people have. */
export function rareVariants(reference: Genotypes, donors: number): number {
  const own = variantCount(reference) / PERIOD;
  const share = (donors - reference.samples.length) / (WHOLE.donors - reference.samples.length);
  return Math.max(0, share * (WHOLE.density / own - 1));
}

const headOf = (contig: string, names: string[]): string =>
  `##fileformat=VCFv4.2\n##contig=<ID=${contig}>\n${columnLine(names)}\n`;

/** A function that writes VCF's rows of calls `0|1`, from the alleles of 2 · `samples` haplotypes. */
function rows(path: string, contig: string, names: string[], between: "|" | "/") {
  const encoder = new TextEncoder();
  const writer = bgzfWriter(path, 1);
  writer.write(encoder.encode(headOf(contig, names)));
  const calls = encoder.encode(`0${between}0\t`.repeat(names.length));
  calls[calls.length - 1] = "\n".charCodeAt(0);
  return {
    write(position: number, ref: string, alt: string, allele: (haplotype: number) => number): void {
      for (let h = 0; h < 2 * names.length; h++) calls[2 * h] = 48 + allele(h);
      writer.write(
        encoder.encode([contig, position, ".", ref, alt, ".", "PASS", ".", "GT"].join("\t") + "\t"),
      );
      writer.write(calls);
    },
    close: writer.close,
  };
}

/** Each variant of the region and its repetitions, up to a length in bases. */
function* places({ variants: { position } }: Genotypes, first: number, length: number) {
  for (let start = 0; start < length; start += PERIOD) {
    for (let i = 0; i < position.length; i++) {
      const at = position[i]! + start;
      if (at >= first + length) return;
      const next = position[i + 1];
      yield { i, at, room: next === undefined ? 0 : next - position[i]! - 1 };
    }
  }
}

/** Carriers that a rare variant has at most. */
const CARRIERS = 4;

/**
 * Writes a phased reference of so many people and bases. A haplotype is one of the reference's for some bases, then another one;
 * more people have more rare variants.
 *
 * @returns variants written
 */
export function writeTiledReference(
  path: string,
  reference: Genotypes,
  donors: number,
  length: number,
): number {
  const haplotypes = 2 * donors;
  const known = 2 * reference.samples.length;
  const first = reference.variants.position[0]!;
  const names = Array.from({ length: donors }, (_, i) => `D${i}`);
  const out = rows(path, reference.contig, names, "|");
  const more = rareVariants(reference, donors);
  const own = new Uint8Array(known);
  let [block, owed, written] = [-1, 0, 0];
  let sources = new Uint16Array();
  for (const { i, at, room } of places(reference, first, length)) {
    if (Math.floor(at / BLOCK) !== block) {
      block = Math.floor(at / BLOCK);
      sources = Uint16Array.from(threefryUniform(0, 1, block, haplotypes), (u) => u * known);
    }
    for (let h = 0; h < known; h++) own[h] = getBit(reference.alleles, i, h);
    out.write(at, reference.variants.ref[i]!, reference.variants.alt[i]!, (h) => own[sources[h]!]!);
    written++;
    owed += more;
    for (let r = 1; owed >= 1 && r <= room; r++, owed--) {
      const numbers = threefryUniform(0, 2, at + r, 1 + CARRIERS);
      const carriers = new Set(
        Array.from(
          numbers.subarray(0, 1 + Math.floor(numbers[CARRIERS]! * CARRIERS)),
          (u) => Math.floor(u * haplotypes),
        ),
      );
      out.write(at + r, "A", "C", (h) => Number(carriers.has(h)));
      written++;
    }
  }
  out.close();
  return written;
}

/** Writes the targets of an array, their region repeated as the reference's is. */
export function writeTiledTargets(path: string, targets: Genotypes, first: number, length: number): void {
  const out = rows(path, targets.contig, targets.samples, "/");
  const { ref, alt } = targets.variants;
  for (const { i, at } of places(targets, first, length)) {
    out.write(at, ref[i]!, alt[i]!, (h) => getBit(targets.alleles, i, h));
  }
  out.close();
}
