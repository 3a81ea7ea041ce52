import type { Genotypes, Variants } from "./genotypes.ts";
import { type GrowingBits, growingBits } from "./growing_bits.ts";
import type { RowBits } from "./vcf_row.ts";

/** Variants and their genotypes while a file is read. */
export interface Rows {
  /** Variants so far. */
  count(): number;
  /** Whether one of the last variants, those at this position, has these alleles. */
  has(position: number, ref: string, alt: string): boolean;
  /** Adds a variant with its genotypes in all samples of the file. */
  add(position: number, id: string, ref: string, alt: string, row: RowBits): void;
  done(contig: string, samples: string[]): Genotypes;
}

/**
 * @param chosen columns of the file in the order that is wanted; null for all
 * @param samples how many are wanted
 * @param expectedRows a guess of how many variants there will be
 */
export function genotypeRows(chosen: Int32Array | null, samples: number, expectedRows: () => number): Rows {
  const positions: number[] = [];
  const variants: Omit<Variants, "position"> = { id: [], ref: [], alt: [] };
  const alleles = growingBits(2 * samples, expectedRows);
  let missing: GrowingBits | undefined;
  let unphased: GrowingBits | undefined;

  /** Puts the chosen samples of a row of `width` bits each into the last row. */
  function put(into: GrowingBits, row: Uint8Array, width: 1 | 2): void {
    const bytes = into.room(positions.length);
    const start = (positions.length - 1) * into.stride;
    if (chosen === null) return bytes.set(row, start);
    const mask = width === 1 ? 1 : 3;
    for (let s = 0; s < samples; s++) {
      const from = chosen[s]! * width;
      const to = s * width;
      bytes[start + (to >> 3)]! |= ((row[from >> 3]! >> (from & 7)) & mask) << (to & 7);
    }
  }

  /** Whether a flag of a chosen sample is set. */
  const isAnySet = (flags: Uint8Array): boolean =>
    chosen === null
      ? flags.some((byte) => byte !== 0)
      : chosen.some((column) => ((flags[column >> 3]! >> (column & 7)) & 1) === 1);

  return {
    count: () => positions.length,
    has(position, ref, alt) {
      for (let i = positions.length - 1; i >= 0 && positions[i] === position; i--) {
        if (variants.ref[i] === ref && variants.alt[i] === alt) return true;
      }
      return false;
    },
    add(position, id, ref, alt, row) {
      positions.push(position);
      variants.id.push(id);
      variants.ref.push(ref);
      variants.alt.push(alt);
      put(alleles, row.alleles, 2);
      if (!row.flagged) return;
      if (isAnySet(row.missing)) put(missing ??= growingBits(samples, expectedRows), row.missing, 1);
      if (isAnySet(row.unphased)) put(unphased ??= growingBits(samples, expectedRows), row.unphased, 1);
    },
    done(contig, names) {
      const rows = positions.length;
      return {
        contig,
        samples: names,
        variants: { position: Int32Array.from(positions), ...variants },
        alleles: alleles.done(rows),
        missing: missing?.done(rows) ?? null,
        unphased: unphased?.done(rows) ?? null,
      };
    },
  };
}
