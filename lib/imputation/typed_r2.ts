/** How well imputation does where the truth is known: at the genotyped variants, each left out in turn. */
import { type ImputeTask, panelAt } from "./region.ts";
import { copyingDosages } from "./copying/dosages.ts";
import type { ImputeSettings } from "./settings.ts";

/** Variants are left out in so many groups, so that nine tenths stay. */
const GROUPS = 10;

export interface TypedR2 {
  /** Squared correlation of alleles and their probabilities at each genotyped variant [M]; NaN where one of them does not vary. */
  variants: Float32Array;
  /** That of all haplotypes and variants together. */
  pooled: number;
}

/**
 * Imputes the genotyped variants by the copying model, every tenth at once left out, and compares with the targets' phased alleles.
 * Variants next to one another are never left out together, so that this is near to what imputation does at a variant between
 * genotyped ones.
 *
 * @param onProgress told the share that is done
 */
export async function typedR2(
  { reference, typed, known, filled, map }: ImputeTask,
  { ne, mismatch }: ImputeSettings,
  onProgress: (share: number) => void = () => {},
): Promise<TypedR2> {
  const M = typed.length;
  const rows = known.length / M;
  const centimorgans = Float64Array.from(typed, (i) => map.centimorgans(reference.variants.position[i]!));
  const given = filled ? known.map((allele, at) => filled.open[at] ? 255 : allele) : known;
  const variants = new Float32Array(M).fill(NaN);
  const all = correlation();
  const every = Array.from({ length: M }, (_, m) => m);
  for (let g = 0; g < Math.min(GROUPS, M - 1); g++) {
    const out = every.filter((m) => m % GROUPS === g);
    const kept = every.filter((m) => m % GROUPS !== g);
    const query = new Uint8Array(rows * kept.length);
    for (let q = 0; q < rows; q++) kept.forEach((m, k) => query[q * kept.length + k] = given[q * M + m]!);
    const probabilities = await copyingDosages({
      reference: panelAt(reference, Int32Array.from(kept, (m) => typed[m]!)),
      query,
      centimorgans: kept.map((m) => centimorgans[m]!),
      targets: {
        alleles: panelAt(reference, Int32Array.from(out, (m) => typed[m]!)),
        centimorgans: out.map((m) => centimorgans[m]!),
      },
    }, { ne, mismatch });
    out.forEach((m, t) => {
      const own = correlation();
      for (let q = 0; q < rows; q++) {
        const allele = given[q * M + m]!;
        if (allele === 255) continue;
        own.add(probabilities[q * out.length + t]!, allele);
        all.add(probabilities[q * out.length + t]!, allele);
      }
      variants[m] = own.squared();
    });
    onProgress((g + 1) / GROUPS);
  }
  return { variants, pooled: all.squared() };
}

/** The squared correlation of pairs; NaN where one of the two does not vary. */
function correlation() {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  return {
    add(a: number, b: number): void {
      n++;
      x += a;
      y += b;
      xx += a * a;
      yy += b * b;
      xy += a * b;
    },
    squared(): number {
      const [vx, vy, c] = [n * xx - x * x, n * yy - y * y, n * xy - x * y];
      return vx > 1e-9 && vy > 1e-9 ? c * c / (vx * vy) : NaN;
    },
  };
}
