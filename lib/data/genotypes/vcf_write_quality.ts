/** What the probabilities of a variant say about it. */
export interface SiteQuality {
  /** Estimated frequency of ALT: the mean probability. */
  frequency: number;
  /** Estimated squared correlation of imputed and true alleles; 0 where it is not defined. */
  r2: number;
}

/** Quality of the variant whose probabilities of ALT, one a haplotype, are at [from, to). */
export function siteQuality(probabilities: Float32Array, from: number, to: number): SiteQuality {
  let sum = 0;
  let squares = 0;
  for (let h = from; h < to; h++) {
    const p = probabilities[h]!;
    sum += p;
    squares += p * p;
  }
  const q = sum / (to - from);
  const expected = q * (1 - q);
  return {
    frequency: q,
    r2: expected > 0 ? Math.min(1, Math.max(0, squares / (to - from) - q * q) / expected) : 0,
  };
}

/**
 * Estimated squared correlation of imputed and true alleles at each variant, [variants], without knowing the truth: the
 * variance of the haplotypes' probabilities of ALT over q (1 - q), the variance of alleles of that frequency. This is
 * Minimac's Rsq; Beagle's DR2 has dosages of samples and their own variance in its place. 0 where all are equal.
 *
 * @param probabilities [variants, haplotypes]
 * @param haplotypes number of them, two a sample
 */
export function estimatedR2(probabilities: Float32Array, haplotypes: number): Float64Array {
  if (!(haplotypes > 0) || probabilities.length % haplotypes !== 0) {
    throw new RangeError(`expected rows of ${haplotypes} probabilities, got ${probabilities.length} values`);
  }
  return Float64Array.from(
    { length: probabilities.length / haplotypes },
    (_, i) => siteQuality(probabilities, i * haplotypes, (i + 1) * haplotypes).r2,
  );
}
