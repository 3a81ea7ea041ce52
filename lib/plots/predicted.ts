import * as Plot from "@observablehq/plot";
import { MARGINS } from "./axes.ts";
import { drawFigure, type Figure } from "./figure.ts";
import { planeOf, type PlaneOptions, seriesOf } from "./scatter.ts";

/** One row of a test set. */
export interface Prediction {
  /** Model, or fold. */
  series: string;
  truth: number;
  predicted: number;
}

export interface PredictionOptions extends Omit<PlaneOptions, "x" | "y" | "height"> {
  /** The target and its unit, for both axes. */
  target: string;
}

/** Predictions against the truth, with the line on which both are equal; a square with the same range on both axes. */
export function predictedVsTrue(rows: readonly Prediction[], options: PredictionOptions): Figure {
  const { target, width = 460, ...head } = options;
  const values = rows.flatMap(({ truth, predicted }) => [truth, predicted]);
  const series = seriesOf(rows);
  const plane = planeOf({ label: `true ${target}` }, { label: `predicted ${target}` }, values, values);
  const dots = series.map(({ members, style: { symbol, colour } }) =>
    Plot.dot(members, { x: "truth", y: "predicted", symbol, fill: colour, fillOpacity: 0.6, r: 3.5 })
  );
  const ends = [Math.min(...values), Math.max(...values)].map((value) => [value, value]);
  const equal = Plot.line(ends, { strokeOpacity: 0.5, strokeDasharray: "4,4" });
  const plot = { ...plane, marks: [...plane.marks, equal, ...dots] };
  const side = width - MARGINS.marginLeft - MARGINS.marginRight;
  const height = side + MARGINS.marginTop + MARGINS.marginBottom;
  const legend = series.length > 1 ? series.map(({ style }) => style) : [];
  return drawFigure([{ options: plot, width, height }], { ...head, legend, legendMark: "dot" });
}
