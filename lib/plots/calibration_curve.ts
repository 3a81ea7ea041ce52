import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { MARGINS } from "./axes.ts";
import { drawFigure, type Figure } from "./figure.ts";
import { planeOf, type PlaneOptions, seriesOf } from "./scatter.ts";

/** How often the intervals of one model hold the truth. */
export interface CalibrationSeries {
  /** The model. */
  series: string;
  /** Probabilities of the intervals, rising, between 0 and 1. */
  levels: ArrayLike<number>;
  /** Share of values inside the interval of each level. */
  shares: ArrayLike<number>;
  /** As in the legend: 0 is perfect. */
  score: number;
}

export type CalibrationOptions = Omit<PlaneOptions, "x" | "y" | "height">;

function pointsOf({ series, ...row }: CalibrationSeries): { level: number; share: number }[] {
  const [levels, shares] = [Array.from(row.levels), Array.from(row.shares)];
  if (levels.length !== shares.length) {
    throw new UserError(
      `${series}: expected a share for each of ${levels.length} levels, found ${shares.length}`,
    );
  }
  if (!Number.isFinite(row.score)) {
    throw new UserError(`${series}: expected a finite score, found ${row.score}`);
  }
  const wrong = [...levels, ...shares].find((value) => !(value >= 0 && value <= 1));
  if (wrong !== undefined) throw new UserError(`${series}: expected numbers from 0 to 1, found ${wrong}`);
  const fall = levels.findIndex((level, i) => i > 0 && level <= levels[i - 1]!);
  if (fall > 0) {
    throw new UserError(`${series}: expected rising levels, found ${levels[fall - 1]}, ${levels[fall]}`);
  }
  return [[0, 0], ...levels.map((level, i) => [level, shares[i]!]), [1, 1]]
    .map(([level, share]) => ({ level: level!, share: share! }));
}

/**
 * Share of values inside central intervals against the probability of the intervals, with the line on which both are
 * equal; (0, 0) and (1, 1) join every curve, its score is in the legend.
 *
 * @throws UserError without a curve, or if one has not one share for each level, values outside [0, 1], or no
 *   finite score.
 */
export function calibrationCurve(rows: readonly CalibrationSeries[], options: CalibrationOptions): Figure {
  if (rows.length === 0) throw new UserError("calibration: expected at least one curve, found none");
  const { width = 460, ...head } = options;
  const series = seriesOf(rows);
  const twice = series.find(({ members }) => members.length > 1);
  if (twice) throw new UserError(`${twice.name}: expected one curve, found ${twice.members.length}`);
  const plane = planeOf({ label: "probability of the interval" }, { label: "share inside" }, [0, 1], [0, 1]);
  const curves = series.flatMap(({ members, style: { colour, symbol } }) => {
    const points = pointsOf(members[0]!);
    return [
      Plot.line(points, { x: "level", y: "share", stroke: colour, strokeWidth: 1.75 }),
      Plot.dot(points.slice(1, -1), { x: "level", y: "share", symbol, fill: colour, r: 3.5 }),
    ];
  });
  const equal = Plot.line([[0, 0], [1, 1]], { strokeOpacity: 0.5, strokeDasharray: "4,4" });
  const plot = { ...plane, marks: [...plane.marks, equal, ...curves] };
  const height = width - MARGINS.marginLeft - MARGINS.marginRight + MARGINS.marginTop + MARGINS.marginBottom;
  const legend = series.map(({ members, style }) => ({
    ...style,
    label: `${style.label}: ${members[0]!.score.toFixed(3)}`,
  }));
  return drawFigure([{ options: plot, width, height }], { ...head, legend });
}
