/** Squared Pearson correlations of imputed and true alleles, in the ways that imputation is judged by. */

/** Predictions at some variants ("targets"), such as those of a window; rows are haplotypes, or samples for dosages. */
export interface Scored {
  /** [rows · targets]: the probability of ALT, or the dosage. */
  predicted: ArrayLike<number>;
  /** [rows · targets] */
  truth: ArrayLike<number>;
  targets: number;
}

/** What is known of the targets from the reference samples. */
export interface ScoredByFrequency extends Scored {
  /** [targets], by `mafBin`. */
  bin: ArrayLike<number>;
  /** [targets]: 1 where ALT is the major allele. */
  altIsMajor: ArrayLike<number>;
  /** What a row counts to: 1 for haplotypes, 2 for dosages. */
  alleles: 1 | 2;
}

export const MAF_BINS = ["0-0.5 %", "0.5-5 %", "5-50 %"] as const;

/** The bin, 0 to 2, of a variant by its minor alleles among all; bounds belong to the lower bin. Exact: whole numbers. */
export function mafBin(altCount: number, alleles: number): number {
  const minor = Math.min(altCount, alleles - altCount);
  return 200 * minor <= alleles ? 0 : 20 * minor <= alleles ? 1 : 2;
}

/** Over all rows and targets together: the paper's R². NaN if the truth does not vary, 0 for a constant prediction. */
export function pooledR2(scored: Scored): number {
  checkShapes(scored);
  return squaredCorrelation(jointMoments(scored.predicted, scored.truth));
}

/** One R² a target, [targets]: NaN where the truth does not vary, 0 for a constant prediction. */
export function targetR2(scored: Scored): Float64Array {
  return Float64Array.from(targetMoments(scored), squaredCorrelation);
}

/** The mean of `targetR2` over the targets whose truth varies; NaN if there is none. */
export function meanTargetR2(scored: Scored): number {
  const values = targetR2(scored).filter((value) => !Number.isNaN(value));
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/**
 * Of the targets, or of those of one MAF bin, together, counting minor alleles: where ALT is the major allele, values are turned
 * round. Without that, rare REF alleles put values near 1 among rare variants, and frequencies alone would do well.
 */
export const minorMoments = (scored: ScoredByFrequency, bin?: number): Moments =>
  targetMoments(scored).reduce((all, own, t) => {
    if (bin !== undefined && scored.bin[t] !== bin) return all;
    const turned = { ...own, meanP: scored.alleles - own.meanP, meanY: scored.alleles - own.meanY };
    return joined(all, scored.altIsMajor[t] ? turned : own);
  }, NO_MOMENTS);

/** R² of `minorMoments`. */
export const minorR2 = (scored: ScoredByFrequency, bin?: number): number =>
  squaredCorrelation(minorMoments(scored, bin));

/** Haplotypes [2 · samples · targets], first ones before second ones, added up to [samples · targets]. */
export function dosages(values: ArrayLike<number>): Float64Array {
  const half = values.length / 2;
  if (!Number.isInteger(half)) {
    throw new RangeError(`Expected two rows a sample, found ${values.length} values.`);
  }
  return Float64Array.from({ length: half }, (_, i) => values[i]! + values[half + i]!);
}

function targetMoments(scored: Scored): Moments[] {
  checkShapes(scored);
  const { predicted, truth, targets } = scored;
  const rows = truth.length / targets;
  return Array.from({ length: targets }, (_, t) => jointMoments(predicted, truth, t, targets, rows));
}

function checkShapes({ predicted, truth, targets }: Scored): void {
  if (predicted.length === truth.length && truth.length % targets === 0) return;
  throw new RangeError(
    `Expected predictions and truth of ${targets} targets a row, found ${predicted.length} and ${truth.length} values.`,
  );
}

/** Means and deviations of pairs of numbers, put together from parts, and the squared correlation of them. */
export interface Moments {
  count: number;
  meanP: number;
  meanY: number;
  /** Sums of squared and multiplied deviations from the means: sums of the numbers themselves would cancel. */
  pp: number;
  yy: number;
  py: number;
}

export const NO_MOMENTS: Moments = { count: 0, meanP: 0, meanY: 0, pp: 0, yy: 0, py: 0 };

/** Of the pairs at `start`, `start + step`, ...: `count` of them. In float64, two passes. */
function jointMoments(
  p: ArrayLike<number>,
  y: ArrayLike<number>,
  start = 0,
  step = 1,
  count = p.length,
): Moments {
  let [meanP, meanY, pp, yy, py] = [0, 0, 0, 0, 0];
  const end = start + step * count;
  for (let i = start; i < end; i += step) {
    meanP += p[i]!;
    meanY += y[i]!;
  }
  meanP /= count || 1;
  meanY /= count || 1;
  for (let i = start; i < end; i += step) {
    const [dp, dy] = [p[i]! - meanP, y[i]! - meanY];
    pp += dp * dp;
    yy += dy * dy;
    py += dp * dy;
  }
  return { count, meanP, meanY, pp, yy, py };
}

export function joined(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (count === 0) return NO_MOMENTS;
  const [dp, dy, weight] = [b.meanP - a.meanP, b.meanY - a.meanY, a.count * b.count / count];
  return {
    count,
    meanP: a.meanP + dp * b.count / count,
    meanY: a.meanY + dy * b.count / count,
    pp: a.pp + b.pp + dp * dp * weight,
    yy: a.yy + b.yy + dy * dy * weight,
    py: a.py + b.py + dp * dy * weight,
  };
}

/** What rounding can leave of equal numbers: the mean squared deviation, as a share of their square. */
const ROUNDING = 1e-24;

/** 0 for predictions that are all equal, NaN where the truth does not vary. */
export function squaredCorrelation({ count, meanP, meanY, pp, yy, py }: Moments): number {
  if (yy <= ROUNDING * count * meanY * meanY) return NaN;
  return pp <= ROUNDING * count * meanP * meanP ? 0 : (py / pp) * (py / yy);
}
