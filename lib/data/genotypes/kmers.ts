import { UserError } from "../../errors.ts";

/** Words longer than this would need millions of classes. */
const LONGEST = 16;

/** Classes of a column of words of `k` alleles: class 0 is reserved and never occurs, as in the reference. */
export const wordClasses = (k: number): number => 2 ** k + 1;

/**
 * The length of the words of a column with so many classes.
 *
 * @throws UserError if that is no number of classes of a column of words.
 */
export function wordLength(classes: number, column: string): number {
  const k = Math.log2(classes - 1);
  if (Number.isInteger(k) && k >= 1) return k;
  throw new UserError(
    `column "${column}": expected 2^K + 1 classes, words of K alleles, found ${classes} classes`,
  );
}

/**
 * Codes each stretch of `k` neighbouring alleles as one word (`npt/utils/dataUtil.py`): 1 + the number whose bits
 * they are, the first allele highest. Alleles beyond the last whole word are dropped.
 *
 * @param alleles 0 and 1 [rows, sites]
 * @returns words from 1 to 2^k [rows, trunc(sites / k)]
 * @throws UserError for a `k` that is no whole number from 1 to 16, or above the number of sites.
 */
export function wordsOf(alleles: ArrayLike<number>, sites: number, k: number): Int32Array {
  if (!(Number.isInteger(k) && k >= 1 && k <= Math.min(LONGEST, sites))) {
    throw new UserError(
      `word length: expected a whole number from 1 to ${Math.min(LONGEST, sites)}, found ${k}`,
    );
  }
  const rows = alleles.length / sites;
  const count = Math.floor(sites / k);
  const words = new Int32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    for (let w = 0; w < count; w++) {
      let bits = 0;
      for (let i = 0; i < k; i++) bits = 2 * bits + alleles[row * sites + w * k + i]!;
      words[row * count + w] = 1 + bits;
    }
  }
  return words;
}

/** The alleles of words, [words · k]: the opposite of `wordsOf`. */
export function allelesOfWords(words: ArrayLike<number>, k: number): Uint8Array {
  const alleles = new Uint8Array(words.length * k);
  for (let w = 0; w < words.length; w++) {
    const word = words[w]!;
    if (!(word >= 1 && word <= 2 ** k)) {
      throw new RangeError(`Expected words from 1 to ${2 ** k}, found ${word}.`);
    }
    for (let i = 0; i < k; i++) alleles[w * k + i] = ((word - 1) >> (k - 1 - i)) & 1;
  }
  return alleles;
}

/**
 * The probability of allele 1 at each place of some words (`npt/loss.py`, compute_r2): class 0 is left out, the
 * others go through a softmax, and the probabilities of the words with a 1 at that place are added.
 *
 * @param logits [words, 2^k + 1]
 * @returns [words · k]
 */
export function dosagesOfWords(logits: ArrayLike<number>, k: number): Float64Array {
  const classes = wordClasses(k);
  const words = logits.length / classes;
  const out = new Float64Array(words * k);
  const weights = new Float64Array(classes);
  for (let w = 0; w < words; w++) {
    let top = -Infinity;
    for (let c = 1; c < classes; c++) top = Math.max(top, logits[w * classes + c]!);
    let total = 0;
    for (let c = 1; c < classes; c++) total += weights[c] = Math.exp(logits[w * classes + c]! - top);
    for (let c = 1; c < classes; c++) {
      for (let i = 0; i < k; i++) {
        if (((c - 1) >> (k - 1 - i)) & 1) out[w * k + i]! += weights[c]! / total;
      }
    }
  }
  return out;
}
