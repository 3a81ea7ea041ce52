import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { type Axis, axisOf, categoryAxis, type DrawnAxis, MARGINS, planeFrom } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions, type LegendEntry, type Panel } from "./figure.ts";
import { INK, type Point, seriesOf, type Style, stylesOf, WIDTH } from "./theme.ts";

/** A dashed horizontal line with words on it: a ceiling, a budget. */
export interface Rule {
  y: number;
  label: string;
}

/** One of several panels above each other with the same x axis: its y axis, and which points it shows. */
interface StackPanel extends Axis {
  /** The `panel` of its points. */
  name: string;
  rules?: Rule[];
  /** Default 190. */
  height?: number;
}

const INNER = 190;

/** A rule under its words, which stand at the left: curves of these figures meet their rule at the right. */
export const ruleMarks = (rules: readonly Rule[]): Plot.Markish[] => [
  Plot.ruleY(rules, { y: "y", strokeOpacity: 0.65, strokeDasharray: "6,4" }),
  Plot.text(rules, {
    y: "y",
    text: "label",
    frameAnchor: "left",
    textAnchor: "start",
    dx: 8,
    dy: -8,
    fill: INK,
    stroke: "white",
    strokeWidth: 3,
  }),
];

/** The values that an axis has to hold for its rules, with room above the highest for its words. */
export function heightsOf(rules: readonly Rule[], values: readonly number[], log = false): number[] {
  const ys = rules.map(({ y }) => y);
  if (ys.length === 0) return [];
  const [low, high] = [Math.min(...values, ...ys), Math.max(...ys)];
  return [...ys, log ? high * (high / low) ** 0.06 : high + 0.06 * (high - low)];
}

/** @throws UserError if a point is of a panel that is not there, or a panel has no points. */
function panelPoints<T extends { panel: string }>(
  points: readonly T[],
  panels: readonly StackPanel[],
): [StackPanel, T[]][] {
  const names = panels.map(({ name }) => name);
  const lost = points.find(({ panel }) => !names.includes(panel));
  if (lost) {
    throw new UserError(`panel of a point: expected ${names.join(", ") || "panels"}, found ${lost.panel}`);
  }
  return panels.map((panel) => {
    const own = points.filter(({ panel: name }) => name === panel.name);
    if (own.length === 0) throw new UserError(`panel ${panel.name}: expected points, found none`);
    return [panel, own];
  });
}

/** What is drawn in one panel of a stack, and the values that its y axis has to hold. */
interface StackContent {
  panel: StackPanel;
  marks: Plot.Markish[];
  values: number[];
}

/** Panels above each other over one x axis, which the lowest shows. */
function stackPanels(contents: readonly StackContent[], x: DrawnAxis): Panel[] {
  let y = 0;
  return contents.map(({ panel, marks, values }, index): Panel => {
    const isLowest = index === contents.length - 1;
    const { rules = [], height: inner = INNER } = panel;
    const plane = planeFrom(x, axisOf(panel, [...values, ...heightsOf(rules, values, panel.log)]), !isLowest);
    const marginBottom = isLowest ? MARGINS.marginBottom : 4;
    const height = inner + MARGINS.marginTop + marginBottom;
    const options = { ...plane, marginBottom, marks: [...plane.marks, ...ruleMarks(rules), ...marks] };
    const drawn = { options, width: WIDTH, height, y };
    y += height;
    return drawn;
  });
}

/** Where a value is from: our runs, or what the authors published, drawn as hollow marks. */
export interface Sourced {
  /** Default "ours". */
  source?: "ours" | "authors";
}

export const isOurs = ({ source }: Sourced): boolean => source !== "authors";

/** A hollow mark at `x` and `y` of each point that the authors published. */
export const hollowMarks = (
  points: readonly Sourced[],
  { symbol, colour }: Style,
  place: { x: string; y: string; dx?: number },
): Plot.Markish =>
  Plot.dot(points.filter((point) => !isOurs(point)), {
    ...place,
    symbol,
    stroke: colour,
    fill: "white",
    r: 4,
  });

/** The models of a figure, and what hollow marks are if there are any. */
export function sourceLegend(
  styles: readonly Style[],
  points: readonly Sourced[],
  label = "published by the authors",
): LegendEntry[] {
  if (points.every(isOurs)) return [...styles];
  return [...styles, { label, colour: INK, symbol: "circle", mark: "hollow" }];
}

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

interface BudgetOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** From the top down. */
  panels: StackPanel[];
  ended?: Ended[];
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
function budgetMarks(own: readonly BudgetPoint[], style: Style, end: End | undefined) {
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
  const { panels, ended = [], ...head } = options;
  check(points, ended);
  const styles = stylesOf([...points, ...ended].map(({ series }) => series));
  const reasons = [...new Set(ended.map(({ reason }) => reason))];
  const crossOf = (reason: string): Cross => CROSSES[reasons.indexOf(reason) % CROSSES.length]!;
  const ends = new Map<string, End>(
    ended.map(({ series, x, reason }) => [series, { x, cross: crossOf(reason) }]),
  );
  const contents = panelPoints(points, panels).map(([panel, own]) => {
    const drawn = [...Map.groupBy(own, ({ series }) => series)]
      .map(([name, members]) => budgetMarks(members, styles.get(name)!, ends.get(name)));
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
  const axis = axisOf(CONTEXT, [...points, ...ended].map((point) => point.x));
  return drawFigure(stackPanels(contents, axis), { ...head, legend });
}

/** What one model reaches in one of several ordered ranges, such as numbers of context points. */
export interface RangePoint extends Sourced {
  panel: string;
  series: string;
  range: string;
  mean: number;
  /** Standard deviation over seeds; none for a single run. */
  deviation?: number;
}

interface RangeOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** From the top down. */
  panels: StackPanel[];
  /** The ranges in their order; default: as they appear. */
  ranges?: string[];
  /** Why our models have no values after their last; default "out of memory". Null: nobody knows, their lines just end. */
  missing?: string | null;
  /** Default "points of the context". */
  xLabel?: string;
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

function rangeMarks(
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
  const { panels, missing = "out of memory", xLabel = "points of the context", ...head } = options;
  const ranges = options.ranges ?? [...new Set(points.map(({ range }) => range))];
  const drawn = checked(points, ranges);
  const styles = new Map(seriesOf(drawn).map(({ name, style }) => [name, style]));
  // At one place they would hide each other: what the authors published stands right of ours, a model beside the other.
  const published = [...new Set(drawn.filter((point) => !isOurs(point)).map(({ series }) => series))];
  const places = drawn.some(isOurs) ? 1 : 0;
  const shift = (series: string) => 8 * (places + Math.max(0, published.indexOf(series)));
  const shown = panelPoints(drawn, panels);
  const contents = shown.map(([panel, own]) => ({
    panel,
    values: own.flatMap(({ low, high }) => [low, high]),
    marks: seriesOf(own).flatMap(({ name, members }) =>
      rangeMarks(members, styles.get(name)!, ranges, missing !== null, shift(name))
    ),
  }));
  const legend: LegendEntry[] = sourceLegend([...styles.values()], drawn);
  const isCut = shown.some(([, own]) =>
    seriesOf(own.filter(isOurs)).some(({ members }) => members.every(({ range }) => range !== ranges.at(-1)))
  );
  if (missing !== null && isCut) legend.push({ label: missing, colour: INK, symbol: "times", mark: "ended" });
  return drawFigure(stackPanels(contents, categoryAxis(xLabel, ranges)), { ...head, legend });
}
