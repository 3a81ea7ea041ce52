import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { axisOf, planeFrom } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
import { seriesOf } from "./scatter.ts";
import { heightsOf, hollowMarks, isOurs, type Rule, ruleMarks, type Sourced, sourceLegend } from "./stack.ts";
import { HEIGHT, type Style, WIDTH } from "./theme.ts";

/** A measure during one run. */
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

function check(points: readonly LearningPoint[]) {
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
  check(points);
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
