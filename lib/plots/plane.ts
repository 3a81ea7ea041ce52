/** Figures with one plane: points, losses, powers in logarithms, calibration, learning curves. */
import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { type Axis, axisOf, MARGINS, planeFrom } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
import { heightsOf, hollowMarks, isOurs, type Rule, ruleMarks, type Sourced, sourceLegend } from "./stack.ts";
import { HEIGHT, type Point, seriesOf, type Style, WIDTH } from "./theme.ts";

interface PlaneOptions extends Omit<FigureOptions, "legend"> {
  x: Axis;
  y: Axis;
  width?: number;
  height?: number;
}

/** @throws RangeError as `axisOf` */
const planeOf = (x: Axis, y: Axis, xs: readonly number[], ys: readonly number[]) =>
  planeFrom(axisOf(x, xs), axisOf(y, ys));

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

interface Prediction {
  /** Model, or fold. */
  series: string;
  truth: number;
  predicted: number;
}

interface PredictionOptions extends Omit<PlaneOptions, "x" | "y" | "height"> {
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

interface CurveOptions extends Omit<PlaneOptions, "x" | "y"> {
  /** Default "loss". */
  yLabel?: string;
  /** Logarithmic values; default true if all are positive. */
  log?: boolean;
  /** The step whose weights are kept. */
  best?: number;
}

/** Losses (or other measures) against the optimiser step; values that are not finite are left out. */
export function lossCurve(
  points: readonly Pick<LearningPoint, "series" | "step" | "value">[],
  options: CurveOptions,
): Figure {
  const { width = WIDTH, height = HEIGHT, yLabel = "loss", log, best, ...head } = options;
  const shown = points.filter(({ value }) => Number.isFinite(value));
  const values = shown.map(({ value }) => value);
  const isLog = log ?? values.every((value) => value > 0);
  const series = seriesOf(shown);
  const steps = shown.map(({ step }) => step);
  const plane = planeOf({ label: "optimiser step" }, { label: yLabel, log: isLog }, steps, values);
  const isLate = best !== undefined && best > 0.85 * Math.max(...steps);
  const bestMarks = best === undefined ? [] : [
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
    // A single point has no line.
    members.length === 1
      ? Plot.dot(members, { x: "step", y: "value", fill: style.colour, r: 3.5 })
      : Plot.line(members, { x: "step", y: "value", stroke: style.colour, strokeWidth: 1.75 })
  );
  const plot = { ...plane, marks: [...plane.marks, ...bestMarks, ...lines] };
  const legend = series.map(({ style }) => style);
  return drawFigure([{ options: plot, width, height }], { ...head, legend, legendMark: "line" });
}

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

type CalibrationOptions = Omit<PlaneOptions, "x" | "y" | "height">;

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

/** Up to so many different sizes have a tick each. */
const MOST_SIZES = 7;

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
  const sizes = [...new Set(xs)].sort((a, b) => a - b);
  const own = sizes.length > 1 && sizes.length <= MOST_SIZES ? { ticks: sizes, unit: "points" as const } : {};
  const plane = planeOf({ ...own, ...x, log: true }, { ...y, log: true }, xs, ys);
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

export interface LearningPoint extends Sourced {
  /** The model. */
  series: string;
  /** Default 0. */
  seed?: number;
  step: number;
  value: number;
}

interface LearningOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** Default "log likelihood of targets". */
  yLabel?: string;
  /** Logarithmic steps; default false. */
  log?: boolean;
  rules?: Rule[];
  /** What hollow marks are; default "published by the authors". */
  others?: string;
  /** Values below are left out: the first steps may be far from all others. */
  lowest?: number;
  width?: number;
  height?: number;
}

/** The mean over seeds at every step that all of them have. */
export function meanOverSeeds(points: readonly LearningPoint[]): { step: number; value: number }[] {
  const seeds = new Set(points.map(({ seed = 0 }) => seed)).size;
  return [...Map.groupBy(points, ({ step }) => step)]
    .filter(([, members]) => members.length === seeds)
    .map(([step, members]) => ({ step, value: members.reduce((sum, { value }) => sum + value, 0) / seeds }))
    .sort((a, b) => a.step - b.step);
}

function checkLearning(points: readonly LearningPoint[]) {
  const seen = new Set<string>();
  for (const point of points) {
    const { series, seed = 0, step } = point;
    if (!Number.isFinite(step)) throw new UserError(`${series}: expected a finite step, found ${step}`);
    const key = JSON.stringify([series, seed, step, isOurs(point)]);
    if (seen.has(key)) {
      throw new UserError(`${series}, seed ${seed}, step ${step}: expected one value, found two`);
    }
    seen.add(key);
  }
}

function marksOf(members: readonly LearningPoint[], style: Style): Plot.Markish[] {
  const place = { x: "step", y: "value" };
  const ours = members.filter(isOurs).sort((a, b) => a.step - b.step);
  const runs = [...Map.groupBy(ours, ({ seed = 0 }) => seed).values()];
  const thin = runs.length > 1 ? runs : [];
  return [
    ...thin.map((run) =>
      Plot.line(run, { ...place, stroke: style.colour, strokeOpacity: 0.4, strokeWidth: 1 })
    ),
    Plot.line(meanOverSeeds(ours), { ...place, stroke: style.colour, strokeWidth: 2.5 }),
    hollowMarks(members, style, place),
  ];
}

/**
 * A measure against the training step: a thin line for each run, a thick one for their mean, hollow marks for what the
 * authors published. Values that are not finite are left out.
 *
 * @throws UserError if a step is not finite or a run has two values at one; RangeError as `planeOf`.
 */
export function learningCurves(points: readonly LearningPoint[], options: LearningOptions): Figure {
  const { yLabel = "log likelihood of targets", log, rules = [], lowest = -Infinity, ...rest } = options;
  const { width = WIDTH, height = HEIGHT, ...head } = rest;
  checkLearning(points);
  const shown = points.filter(({ value }) => Number.isFinite(value) && value >= lowest);
  const values = shown.map(({ value }) => value);
  const series = seriesOf(shown);
  const x = axisOf({ label: "training step", log }, shown.map(({ step }) => step));
  const plane = planeFrom(x, axisOf({ label: yLabel }, [...values, ...heightsOf(rules, values)]));
  const curves = series.flatMap(({ members, style }) => marksOf(members, style));
  const plot = { ...plane, marks: [...plane.marks, ...ruleMarks(rules), ...curves] };
  const styles = series.map(({ style }) => style);
  const legend = sourceLegend(styles, shown, options.others);
  return drawFigure([{ options: plot, width, height }], { ...head, legend, legendMark: "line" });
}
