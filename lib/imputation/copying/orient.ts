import { ALT_REF, MISSING, REF_ALT } from "./pair_batch.ts";

/**
 * Haplotypes of a sample, [2, sites], from its calls and the readings of the pair model, [sites, 3]: each heterozygous
 * site is put the way that agrees best with the one before, as it is known or was put; missing alleles are those expected.
 */
export function oriented(calls: Uint8Array, readings: Float32Array): Uint8Array {
  const sites = calls.length;
  const out = new Uint8Array(2 * sites);
  for (let m = 0, before = 0; m < sites; m++) {
    const call = calls[m]!;
    const [dosage, orientation, agreement] = [0, 1, 2].map((i) => readings[3 * m + i]!) as [
      number,
      number,
      number,
    ];
    const difference = orientation + before * agreement;
    if (call === MISSING) {
      out[m] = dosage + difference > 1 ? 1 : 0;
      out[sites + m] = dosage - difference > 1 ? 1 : 0;
    } else if (call === 0 || call === 2) {
      out[m] = out[sites + m] = call / 2;
    } else {
      before = call === ALT_REF ? 1 : call === REF_ALT ? -1 : difference >= 0 ? 1 : -1;
      out[before > 0 ? m : sites + m] = 1;
    }
  }
  return out;
}
