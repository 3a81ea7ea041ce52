import * as Plot from "@observablehq/plot";
import { drawFigure, type Figure } from "./figure.ts";
import { planeOf, type PlaneOptions, type Point, seriesOf } from "./scatter.ts";
import { HEIGHT, WIDTH } from "./theme.ts";

interface LogLogOptions extends PlaneOptions {
  /** How many of the largest x of each series the fitted line goes through; default 3. */
  last?: number;
}

const byX = (points: readonly Point[]): Point[] => [...points].sort((a, b) => a.x - b.x);

function lawOf(points: readonly Point[], last: number): PowerLaw | undefined {
  const sorted = byX(points);
  return sorted.length < 2
    ? undefined
    : fitPowerLaw(sorted.map(({ x }) => x), sorted.map(({ y }) => y), last);
}

/** The fitted exponent of every series of two or more points, at the large end, as in the legend of the figure. */
export function slopesOf(points: readonly Point[], last = 3): Map<string, number> {
  const laws = seriesOf(points).map(({ name, members }) => [name, lawOf(members, last)] as const);
  return new Map(laws.flatMap(([name, law]) => (law ? [[name, law.slope] as const] : [])));
}

/** Growth of one quantity with another, both axes logarithmic, with the fitted slope of each series in the legend. */
export function logLog(points: readonly Point[], options: LogLogOptions): Figure {
  const { x, y, width = WIDTH, height = HEIGHT, last = 3, ...head } = options;
  const series = seriesOf(points).map(({ members, style }) => ({
    style,
    members: byX(members),
    law: lawOf(members, last),
  }));
  const marks = series.flatMap(({ members, style, law }) => {
    const { colour, symbol } = style;
    const fitted = law
      ? members.slice(-last).map(({ x }) => ({ x, y: Math.exp(law.intercept) * x ** law.slope }))
      : [];
    return [
      Plot.line(members, { x: "x", y: "y", stroke: colour, strokeOpacity: 0.45, strokeWidth: 1.5 }),
      Plot.line(fitted, { x: "x", y: "y", stroke: colour, strokeWidth: 2.5, strokeDasharray: "6,4" }),
      Plot.dot(members, { x: "x", y: "y", symbol, fill: colour, r: 4.5 }),
    ];
  });
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
  const plane = planeOf({ ...x, log: true }, { ...y, log: true }, xs, ys);
  const plot = { ...plane, marks: [...plane.marks, ...marks] };
  const legend = series.map(({ style, law }) => ({
    ...style,
    label: law ? `${style.label}: slope ${law.slope.toFixed(2)}` : style.label,
  }));
  return drawFigure([{ options: plot, width, height }], { ...head, legend });
}

/** A power law through points: y = exp(intercept) * x^slope. */
interface PowerLaw {
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
