import { bitMatrix, setBit } from "./bits.ts";
import type { Genotypes } from "./genotypes.ts";

/**
 * Genotypes from texts such as `100 A G 0.3`: position, REF, ALT and the share of haplotypes, the first ones, that have
 * ALT; or `missing` for no calls.
 */
export function genotypesOf(name: string, samples: number, ...texts: string[]): Genotypes {
  const fields = texts.map((text) => text.split(" "));
  const column = (i: number) => fields.map((field) => field[i]!);
  const alleles = bitMatrix(texts.length, 2 * samples);
  const missing = bitMatrix(texts.length, samples);
  column(3).forEach((frequency, v) => {
    for (let h = 0; h < Number(frequency) * 2 * samples; h++) setBit(alleles, v, h);
    if (frequency === "missing") { for (let s = 0; s < samples; s++) setBit(missing, v, s); }
  });
  return {
    contig: "20",
    samples: Array.from({ length: samples }, (_, s) => `${name}${s}`),
    variants: {
      position: Int32Array.from(column(0), Number),
      id: fields.map(() => "."),
      ref: column(1),
      alt: column(2),
    },
    alleles,
    missing,
    unphased: null,
  };
}
