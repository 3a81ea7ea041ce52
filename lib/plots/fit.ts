/** A power law through points: y = exp(intercept) * x^slope. */
export interface PowerLaw {
  slope: number;
  intercept: number;
}

/**
 * Least squares on the logarithms of the last points, where a law of growth shows.
 *
 * @param xs, ys positive, ordered by x
 * @param last how many points from the end; at least 2
 * @throws RangeError for fewer than two points, a value that is not positive, or x without extent.
 */
export function fitPowerLaw(xs: ArrayLike<number>, ys: ArrayLike<number>, last = xs.length): PowerLaw {
  if (xs.length !== ys.length) throw new RangeError(`${xs.length} x values, but ${ys.length} y values`);
  const count = Math.min(last, xs.length);
  if (count < 2) throw new RangeError(`a slope needs two points, found ${count}`);
  const logs = (values: ArrayLike<number>) => Array.from(values).slice(-count).map(Math.log);
  const [lx, ly] = [logs(xs), logs(ys)];
  if (![...lx, ...ly].every(Number.isFinite)) {
    throw new RangeError("a slope in logarithms needs positive numbers");
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / count;
  const [mx, my] = [mean(lx), mean(ly)];
  const sxx = lx.reduce((sum, x) => sum + (x - mx) ** 2, 0);
  if (sxx === 0) throw new RangeError("a slope needs different x values");
  const slope = lx.reduce((sum, x, i) => sum + (x - mx) * (ly[i]! - my), 0) / sxx;
  return { slope, intercept: my - slope * mx };
}
