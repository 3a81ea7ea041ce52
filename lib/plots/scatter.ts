import * as Plot from "@observablehq/plot";
import { type Axis, axisOf, planeFrom } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
import { HEIGHT, stylesOf, WIDTH } from "./theme.ts";

/** A point of one of several series. */
export interface Point {
  series: string;
  x: number;
  y: number;
}

export interface PlaneOptions extends Omit<FigureOptions, "legend"> {
  x: Axis;
  y: Axis;
  width?: number;
  height?: number;
}

/**
 * A plane with a frame, a grid, an axis title in the middle of either side and readable ticks.
 *
 * @throws RangeError if there is nothing to draw, a value is not finite, or one is not positive on a logarithmic axis.
 */
export const planeOf = (x: Axis, y: Axis, xs: readonly number[], ys: readonly number[]) =>
  planeFrom(axisOf(x, xs), axisOf(y, ys));

/** The series of some points in order of appearance, each with its points and style. */
export function seriesOf<T extends { series: string }>(points: readonly T[]) {
  const groups = Map.groupBy(points, ({ series }) => series);
  const styles = stylesOf([...groups.keys()]);
  return [...groups].map(([name, members]) => ({ name, members, style: styles.get(name)! }));
}

/** Points of one or more series in a plane. */
export function scatter(points: readonly Point[], options: PlaneOptions): Figure {
  const { x, y, width = WIDTH, height = HEIGHT, ...head } = options;
  const series = seriesOf(points);
  const marks = series.map(({ members, style }) =>
    Plot.dot(members, { x: "x", y: "y", symbol: style.symbol, fill: style.colour, fillOpacity: 0.75, r: 4 })
  );
  const plane = planeOf(x, y, points.map((point) => point.x), points.map((point) => point.y));
  const plot = { ...plane, marks: [...plane.marks, ...marks] };
  const legend = series.length > 1 ? series.map(({ style }) => style) : [];
  return drawFigure([{ options: plot, width, height }], { ...head, legend, legendMark: "dot" });
}
