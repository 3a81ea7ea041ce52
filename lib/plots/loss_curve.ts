import * as Plot from "@observablehq/plot";
import { drawFigure, type Figure } from "./figure.ts";
import { planeOf, type PlaneOptions, seriesOf } from "./scatter.ts";
import { HEIGHT, WIDTH } from "./theme.ts";

/** A value seen during training. */
export interface CurvePoint {
  series: string;
  step: number;
  value: number;
}

export interface CurveOptions extends Omit<PlaneOptions, "x" | "y"> {
  /** Default "loss". */
  yLabel?: string;
  /** Logarithmic values; default true if all are positive. */
  log?: boolean;
  /** The step whose weights are kept. */
  best?: number;
}

/** Losses (or other measures) against the optimiser step; values that are not finite are left out. */
export function lossCurve(points: readonly CurvePoint[], options: CurveOptions): Figure {
  const { width = WIDTH, height = HEIGHT, yLabel = "loss", log, best, ...head } = options;
  const shown = points.filter(({ value }) => Number.isFinite(value));
  const values = shown.map(({ value }) => value);
  const isLog = log ?? values.every((value) => value > 0);
  const series = seriesOf(shown);
  const steps = shown.map(({ step }) => step);
  const plane = planeOf({ label: "optimiser step" }, { label: yLabel, log: isLog }, steps, values);
  const isLate = best !== undefined && best > 0.85 * Math.max(...steps);
  const kept = best === undefined ? [] : [
    Plot.ruleX([best], { strokeOpacity: 0.6, strokeDasharray: "3,3" }),
    Plot.text([best], {
      x: (step: number) => step,
      text: () => "kept",
      frameAnchor: "top",
      textAnchor: isLate ? "end" : "start",
      dy: 8,
      dx: isLate ? -5 : 5,
    }),
  ];
  const lines = series.map(({ members, style }) =>
    Plot.line(members, { x: "step", y: "value", stroke: style.colour, strokeWidth: 1.75 })
  );
  const plot = { ...plane, marks: [...plane.marks, ...kept, ...lines] };
  const legend = series.map(({ style }) => style);
  return drawFigure([{ options: plot, width, height }], { ...head, legend, legendMark: "line" });
}
