import * as Plot from "@observablehq/plot";
import { drawFigure, type Figure } from "./figure.ts";
import { fitPowerLaw, type PowerLaw } from "./fit.ts";
import { planeOf, type PlaneOptions, type Point, seriesOf } from "./scatter.ts";
import { HEIGHT, WIDTH } from "./theme.ts";

export interface LogLogOptions extends PlaneOptions {
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
