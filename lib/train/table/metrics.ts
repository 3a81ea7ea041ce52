/** Measures of predictions against truth on plain arrays; NaN for empty input. */

/**
 * Root of the mean squared error, in the units of the column.
 *
 * @param predicted, truth standardised values [n]
 * @param deviation of the column, to undo the standardisation (1 if the values are in units already)
 */
export function rmse(predicted: ArrayLike<number>, truth: ArrayLike<number>, deviation = 1): number {
  checkLengths(predicted.length, truth.length);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (predicted[i]! - truth[i]!) ** 2;
  return deviation * Math.sqrt(sum / truth.length);
}

/**
 * Share of rows whose largest score is that of the true class; the first of equal scores wins.
 *
 * @param scores logits or probabilities [n, classes], row-major
 * @param truth class indices [n]
 */
export function accuracy(scores: ArrayLike<number>, truth: ArrayLike<number>, classes: number): number {
  checkLengths(scores.length, truth.length * classes);
  let hits = 0;
  for (let i = 0; i < truth.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[i * classes + c]! > scores[i * classes + best]!) best = c;
    if (best === truth[i]) hits++;
  }
  return hits / truth.length;
}

/** Probabilities of logits [n, classes], row by row. */
export function probabilities(logits: ArrayLike<number>, classes: number): Float64Array {
  const out = Float64Array.from(logits);
  for (let start = 0; start < out.length; start += classes) {
    const row = out.subarray(start, start + classes);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    row.forEach((x, c) => row[c] = Math.exp(x - top));
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((x, c) => row[c] = x / sum);
  }
  return out;
}

/** Mean of -ln of the true class's probability, out of [n, classes], kept away from 0 by 1e-15. */
export function logLoss(probability: ArrayLike<number>, truth: ArrayLike<number>, classes: number): number {
  checkLengths(probability.length, truth.length * classes);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    sum -= Math.log(Math.max(1e-15, probability[i * classes + truth[i]!]!));
  }
  return sum / truth.length;
}

/**
 * Area under the ROC curve by ranks: the chance that a random row of class 1 scores above one of class 0, equal
 * scores counting half. NaN if a class is absent.
 *
 * @param scores of class 1 [n]
 * @param truth 0 or 1 [n]
 */
export function auroc(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  checkLengths(scores.length, truth.length);
  const n = truth.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [rankSum, positives] = [0, 0];
  for (let start = 0; start < n;) {
    let end = start + 1;
    while (end < n && scores[order[end]!] === scores[order[start]!]) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let k = start; k < end; k++) {
      if (truth[order[k]!] === 1) {
        rankSum += meanRank;
        positives++;
      }
    }
    start = end;
  }
  return (rankSum - positives * (positives + 1) / 2) / (positives * (n - positives));
}

function checkLengths(found: number, expected: number): void {
  if (found !== expected) throw new RangeError(`Expected ${expected} predictions, found ${found}.`);
}
