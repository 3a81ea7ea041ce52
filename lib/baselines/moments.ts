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

export const NOTHING: Moments = { count: 0, meanP: 0, meanY: 0, pp: 0, yy: 0, py: 0 };

/** Of the pairs at `start`, `start + step`, ...: `count` of them. In float64, two passes. */
export function momentsOf(
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

/** Of two groups of pairs together. */
export function joined(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (count === 0) return NOTHING;
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
