import * as Plot from "@observablehq/plot";
import { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
import { HEIGHT, stylesOf, WIDTH } from "./theme.ts";
import { logTicks, tickFormatter, type Unit } from "./ticks.ts";

/** A point of one of several series. */
export interface Point {
  series: string;
  x: number;
  y: number;
}

/** An axis: what it shows, in which unit. */
export interface Axis {
  label: string;
  unit?: Unit;
  log?: boolean;
}

export interface PlaneOptions extends Omit<FigureOptions, "legend"> {
  x: Axis;
  y: Axis;
  width?: number;
  height?: number;
}

function extent({ label, log }: Axis, values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new RangeError(`"${label}": expected finite numbers to draw`);
  }
  if (log && low <= 0) {
    throw new RangeError(`"${label}": a logarithmic axis needs positive numbers, found ${low}`);
  }
  return log ? [low / 1.15, high * 1.15] : [low, high];
}

export const MARGINS = { marginLeft: 84, marginRight: 24, marginTop: 12, marginBottom: 48 };

/**
 * A plane with a frame, a grid, an axis title in the middle of either side and readable ticks.
 *
 * @throws RangeError if there is nothing to draw, a value is not finite, or one is not positive on a logarithmic axis.
 */
export function planeOf(x: Axis, y: Axis, xs: readonly number[], ys: readonly number[]) {
  const scale = (axis: Axis, values: readonly number[]): Plot.ScaleOptions => {
    const domain = extent(axis, values);
    return axis.log ? { type: "log", domain } : { nice: true, domain, inset: 6 };
  };
  const labelled = (axis: Axis, values: readonly number[]) => {
    const [low, high] = extent(axis, values);
    const format = tickFormatter(high, axis.unit);
    const common = { label: axis.label, labelAnchor: "center", labelArrow: "none" } as const;
    // On a logarithmic scale Plot blanks some labels even of ticks that it was given, unless they are texts.
    if (axis.log) return { ...common, ticks: logTicks(low, high, axis.unit), text: format };
    return { ...common, tickFormat: format };
  };
  const [xAxis, yAxis] = [labelled(x, xs), labelled(y, ys)];
  const ticksOf = (options: object) => ("ticks" in options ? { ticks: options.ticks as number[] } : {});
  return {
    ...MARGINS,
    x: scale(x, xs),
    y: scale(y, ys),
    marks: [
      Plot.gridX(ticksOf(xAxis)),
      Plot.gridY(ticksOf(yAxis)),
      Plot.axisX({ ...xAxis, labelOffset: 40 }),
      Plot.axisY({ ...yAxis, labelOffset: 72 }),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  };
}

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
