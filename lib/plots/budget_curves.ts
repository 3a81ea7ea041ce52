import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { type Axis, axisOf } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions, type LegendEntry } from "./figure.ts";
import type { Point } from "./scatter.ts";
import {
  hollowMarks,
  isOurs,
  panelPoints,
  type Sourced,
  sourceLegend,
  type StackPanel,
  stackPanels,
} from "./stack.ts";
import { INK, type Style, stylesOf, WIDTH } from "./theme.ts";

/** A cost, or a measure, of one model at one size. */
export interface BudgetPoint extends Point, Sourced {
  panel: string;
}

/** At which size one of our series could not go on, and why: "out of memory". */
export interface Ended {
  series: string;
  x: number;
  reason: string;
}

export interface BudgetOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** Default: points of the context, logarithmic. */
  x?: Axis;
  /** From the top down. */
  panels: StackPanel[];
  ended?: Ended[];
  width?: number;
}

const CONTEXT: Axis = { label: "points of the context", unit: "points", log: true };
const CROSSES = ["times", "plus", "asterisk"] as const;
type Cross = (typeof CROSSES)[number];

function check(points: readonly BudgetPoint[], ended: readonly Ended[]) {
  for (const { panel, series, x, y } of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw new UserError(`${panel}, ${series}: expected finite numbers, found x ${x}, y ${y}`);
    }
  }
  for (const [index, { series, x }] of ended.entries()) {
    if (ended.findIndex((other) => other.series === series) < index) {
      throw new UserError(`${series}: expected one end, found two`);
    }
    const beyond = points.find((point) => point.series === series && isOurs(point) && point.x > x);
    if (beyond) throw new UserError(`${series}: expected no points after its end ${x}, found ${beyond.x}`);
  }
}

interface End {
  x: number;
  cross: Cross;
}

/** The line of one series, and its cross, which is to be seen above all lines. */
function marksOf(own: readonly BudgetPoint[], style: Style, end: End | undefined) {
  const { colour, symbol } = style;
  const ours = own.filter(isOurs).sort((a, b) => a.x - b.x);
  const last = ours.at(-1);
  const ending = last && end ? [last, { x: end.x, y: last.y }] : [];
  const place = { x: "x", y: "y" };
  const lines = [
    Plot.line(ours, { ...place, stroke: colour, strokeWidth: 1.75 }),
    Plot.line(ending, { ...place, stroke: colour, strokeDasharray: "4,3" }),
    // A cross at the last point is drawn instead of its mark.
    Plot.dot(ours.filter(({ x }) => x !== end?.x), { ...place, symbol, fill: colour, r: 4 }),
    hollowMarks(own, style, place),
  ];
  const cross = Plot.dot(ending.slice(1), {
    ...place,
    symbol: end?.cross ?? "times",
    stroke: colour,
    strokeWidth: 2.25,
    r: 6,
  });
  return { lines, cross };
}

/**
 * Growth of costs with a size, one panel for each cost, up to a budget: a line for each model, with a cross at the height
 * of its last point where it could not go on. A model that ended without any point stands in the legend alone.
 *
 * @throws UserError if a point's panel is not one of the figure's, a panel has no points, a value is not finite, or a
 *   series has points after its end; RangeError as `planeOf`.
 */
export function budgetCurves(points: readonly BudgetPoint[], options: BudgetOptions): Figure {
  const { x = CONTEXT, panels, ended = [], width = WIDTH, ...head } = options;
  check(points, ended);
  const styles = stylesOf([...points, ...ended].map(({ series }) => series));
  const reasons = [...new Set(ended.map(({ reason }) => reason))];
  const crossOf = (reason: string): Cross => CROSSES[reasons.indexOf(reason) % CROSSES.length]!;
  const ends = new Map<string, End>(
    ended.map(({ series, x, reason }) => [series, { x, cross: crossOf(reason) }]),
  );
  const contents = panelPoints(points, panels).map(([panel, own]) => {
    const drawn = [...Map.groupBy(own, ({ series }) => series)]
      .map(([name, members]) => marksOf(members, styles.get(name)!, ends.get(name)));
    const marks = [...drawn.flatMap(({ lines }) => lines), ...drawn.map(({ cross }) => cross)];
    return { panel, values: own.map(({ y }) => y), marks };
  });
  const isDrawn = (name: string) => points.some(({ series }) => series === name);
  const drawn = [...styles].filter(([name]) => isDrawn(name)).map(([, style]) => style);
  const undrawn = ended.filter(({ series }) => !isDrawn(series)).map(({ series, reason }): LegendEntry => {
    const { label, colour } = styles.get(series)!;
    return { label: `${label}: ${reason}`, colour, symbol: crossOf(reason), mark: "ended" };
  });
  const crosses = reasons.map((label): LegendEntry => ({
    label,
    colour: INK,
    symbol: crossOf(label),
    mark: "ended",
  }));
  const legend = [...sourceLegend(drawn, points), ...undrawn, ...crosses];
  const axis = axisOf(x, [...points, ...ended].map((point) => point.x));
  return drawFigure(stackPanels(contents, axis, width), { ...head, legend });
}
