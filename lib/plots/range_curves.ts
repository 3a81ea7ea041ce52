import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { categoryAxis } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions, type LegendEntry } from "./figure.ts";
import { seriesOf } from "./scatter.ts";
import {
  hollowMarks,
  isOurs,
  panelPoints,
  type Sourced,
  sourceLegend,
  type StackPanel,
  stackPanels,
} from "./stack.ts";
import { INK, type Style, WIDTH } from "./theme.ts";

/** What one model reaches in one of several ordered ranges, such as numbers of context points. */
export interface RangePoint extends Sourced {
  panel: string;
  series: string;
  range: string;
  mean: number;
  /** Standard deviation over seeds; none for a single run. */
  deviation?: number;
}

export interface RangeOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** From the top down. */
  panels: StackPanel[];
  /** The ranges in their order; default: as they appear. */
  ranges?: string[];
  /** Why our models have no values after their last; default "out of memory". Null: nobody knows, their lines just end. */
  missing?: string | null;
  /** Default "points of the context". */
  xLabel?: string;
  width?: number;
}

type Drawn = RangePoint & { low: number; high: number };

function checked(points: readonly RangePoint[], ranges: readonly string[]): Drawn[] {
  const seen = new Set<string>();
  return points.map((point) => {
    const { panel, series, range, mean, deviation = 0 } = point;
    const where = `${panel}, ${series}, ${range}`;
    if (!ranges.includes(range)) throw new UserError(`${where}: expected a range of ${ranges.join(", ")}`);
    if (!Number.isFinite(mean)) throw new UserError(`${where}: expected a finite mean, found ${mean}`);
    if (!(deviation >= 0 && deviation < Infinity)) {
      throw new UserError(`${where}: expected a deviation of 0 or more, found ${deviation}`);
    }
    const key = JSON.stringify([panel, series, range, isOurs(point)]);
    if (seen.has(key)) throw new UserError(`${where}: expected one value, found two`);
    seen.add(key);
    return { ...point, low: mean - deviation, high: mean + deviation };
  });
}

function marksOf(
  own: readonly Drawn[],
  style: Style,
  ranges: readonly string[],
  missing: boolean,
  dx: number,
) {
  const { colour, symbol } = style;
  const ours = ranges.flatMap((range) => own.filter((point) => isOurs(point) && point.range === range));
  const last = ours.at(-1);
  const after = last && missing ? ranges.slice(ranges.indexOf(last.range) + 1) : [];
  const continued = after.map((range) => ({ range, mean: last!.mean }));
  const spread = own.filter((point) => !isOurs(point) && point.high > point.low);
  const [x, y] = ["range", "mean"];
  return [
    Plot.areaY(ours, { x, y1: "low", y2: "high", fill: colour, fillOpacity: 0.18 }),
    Plot.line(ours, { x, y, stroke: colour, strokeWidth: 1.75 }),
    Plot.line(continued.length > 0 ? [last!, ...continued] : [], {
      x,
      y,
      stroke: colour,
      strokeDasharray: "4,3",
    }),
    Plot.dot(continued, { x, y, symbol: "times", stroke: colour, strokeWidth: 2, r: 5 }),
    Plot.dot(ours, { x, y, symbol, fill: colour, r: 4 }),
    Plot.ruleX(spread, { x, y1: "low", y2: "high", dx, stroke: colour }),
    hollowMarks(own, style, { x, y, dx }),
  ];
}

/**
 * Values over ordered ranges, one panel for each measure: a line for each model with a band of one standard deviation. A
 * model without values in the last ranges goes on with its last one, as a dashed line with crosses.
 *
 * @throws UserError if a point's panel or range is not one of the figure's, a panel has no points, a value is not finite,
 *   or a cell has two values; RangeError as `planeOf`.
 */
export function rangeCurves(points: readonly RangePoint[], options: RangeOptions): Figure {
  const { panels, missing = "out of memory", xLabel = "points of the context", width = WIDTH, ...head } =
    options;
  const ranges = options.ranges ?? [...new Set(points.map(({ range }) => range))];
  const drawn = checked(points, ranges);
  const styles = new Map(seriesOf(drawn).map(({ name, style }) => [name, style]));
  // Both at one place would hide each other.
  const dx = drawn.some(isOurs) ? 8 : 0;
  const shown = panelPoints(drawn, panels);
  const contents = shown.map(([panel, own]) => ({
    panel,
    values: own.flatMap(({ low, high }) => [low, high]),
    marks: seriesOf(own).flatMap(({ name, members }) =>
      marksOf(members, styles.get(name)!, ranges, missing !== null, dx)
    ),
  }));
  const legend: LegendEntry[] = sourceLegend([...styles.values()], drawn);
  const isCut = shown.some(([, own]) =>
    seriesOf(own.filter(isOurs)).some(({ members }) => members.every(({ range }) => range !== ranges.at(-1)))
  );
  if (missing !== null && isCut) legend.push({ label: missing, colour: INK, symbol: "times", mark: "ended" });
  return drawFigure(stackPanels(contents, categoryAxis(xLabel, ranges), width), { ...head, legend });
}
