import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { tickFormatter } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions, type LegendEntry } from "./figure.ts";
import { INK, type Style, stylesOf } from "./theme.ts";

/** Points of a function, in any order. */
interface Places {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

/** What one model predicts from one context: a cell of the grid. */
export interface PredictivePanel {
  /** Such as the number of context points. */
  row: string;
  /** The model. */
  column: string;
  x: ArrayLike<number>;
  mean: ArrayLike<number>;
  sigma: ArrayLike<number>;
  context: Places;
  truth?: Places;
  targets?: Places;
}

interface BandOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  xLabel?: string;
  yLabel?: string;
  /** Range of the y axis, at whose ends bands and dots beyond stay, and lines break off; default: that of all. */
  range?: [low: number, high: number];
  /** Size of one cell without axes; default 168 x 130. */
  width?: number;
  height?: number;
}

const BLUE = "#0072b2";
const RED = "#d62718";
const GREY = "#8a8a8a";

type Cell = Pick<PredictivePanel, "row" | "column">;
type Row = Cell & { x: number; y: number; low: number; high: number };

/** Rows ordered by x, each with the cell it is drawn in. */
function rowsOf(
  { row, column }: Cell,
  what: string,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  sigma?: ArrayLike<number>,
): Row[] {
  const where = `${row}, ${column}, ${what}`;
  if (x.length !== y.length || (sigma && x.length !== sigma.length)) {
    const found = sigma ? `${y.length} means and ${sigma.length} sigmas` : `${y.length} y`;
    throw new UserError(`${where}: expected as many values as the ${x.length} x, found ${found}`);
  }
  const rows = Array.from(x, (x, i) => {
    const [middle, spread] = [y[i]!, sigma?.[i] ?? 0];
    return { row, column, x, y: middle, low: middle - spread, high: middle + spread };
  });
  const wrong = rows.findIndex(({ x, y, low, high }) =>
    ![x, y, low, high].every(Number.isFinite) || low > high
  );
  if (wrong >= 0) {
    const found = `x ${x[wrong]}, y ${y[wrong]}${sigma ? `, sigma ${sigma[wrong]}` : ""}`;
    throw new UserError(
      `${where}, point ${wrong}: expected finite numbers and no sigma below 0, found ${found}`,
    );
  }
  return rows.sort((a, b) => a.x - b.x);
}

const LEGEND: Record<"mean" | "truth" | "context" | "targets", LegendEntry> = {
  mean: { label: "mean ± one standard deviation", colour: BLUE, symbol: "circle", mark: "line" },
  truth: { label: "true function", colour: GREY, symbol: "circle", mark: "line" },
  context: { label: "context", colour: RED, symbol: "circle", mark: "dot" },
  targets: { label: "targets", colour: INK, symbol: "circle", mark: "hollow" },
};

/**
 * Predictions of several models (columns) from several contexts (rows) on the same axes: the mean with a band of one standard
 * deviation, the context as dots, and if given the true function and the targets.
 *
 * @throws UserError without panels, if two are in one cell, or if values are not finite or not as many as their x.
 */
export function predictiveBands(panels: readonly PredictivePanel[], options: BandOptions): Figure {
  const { xLabel = "x", yLabel = "y", range, width = 168, height = 130, ...head } = options;
  if (panels.length === 0) throw new UserError("predictive bands: expected at least one panel, found none");
  const [rows, columns] = [distinct(panels, "row"), distinct(panels, "column")];
  if (new Set(panels.map(({ row, column }) => JSON.stringify([row, column]))).size < panels.length) {
    throw new UserError("predictive bands: expected one panel for each row and column, found two in a cell");
  }
  const styles: Map<string, Style> = stylesOf(columns);
  const cells = panels.map((panel) => {
    const place = { row: panel.row, column: styles.get(panel.column)!.label };
    const points = (what: string, places?: Places) => places ? rowsOf(place, what, places.x, places.y) : [];
    return {
      bands: downsample(rowsOf(place, "prediction", panel.x, panel.mean, panel.sigma), width),
      context: points("context", panel.context),
      truth: downsample(points("truth", panel.truth), width),
      targets: points("targets", panel.targets),
    };
  });
  const all = cells.flatMap(({ bands, context, truth, targets }) => [bands, context, truth, targets]).flat();
  if (all.length === 0) throw new UserError("predictive bands: expected points, found none");
  const bounds = (values: number[]): [number, number] => [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  const axis = { labelAnchor: "center", labelArrow: "none", tickFormat: tickFormatter(1) } as const;
  const place = { fx: "column", fy: "row", x: "x", y: "y" };
  const line = { ...place, y: ({ y }: Row) => (range && (y < range[0] || y > range[1]) ? NaN : y) };
  const marks = [
    Plot.frame({ strokeOpacity: 0.3 }),
    Plot.axisX({ ...axis, label: xLabel, labelOffset: 36, ticks: 4 }),
    Plot.axisY({ ...axis, label: yLabel, labelOffset: 42, ticks: 4 }),
    Plot.axisFx({ anchor: "top", label: null, fontWeight: 600 }),
    Plot.axisFy({
      anchor: "right",
      label: null,
      tickRotate: 90,
      textAnchor: "middle",
      dx: 6,
      fontWeight: 600,
    }),
    // A line for each cell: in one line, thousands of rows of other cells would be copied into every facet.
    ...cells.flatMap(({ bands, context, truth, targets }) => [
      Plot.areaY(bands, { ...place, y: undefined, y1: "low", y2: "high", fill: BLUE, fillOpacity: 0.22 }),
      Plot.line(truth, { ...line, stroke: GREY, strokeWidth: 1 }),
      Plot.line(bands, { ...line, stroke: BLUE, strokeWidth: 1.5 }),
      Plot.dot(targets, { ...place, r: 2.5, stroke: INK, strokeOpacity: 0.7, strokeWidth: 1 }),
      Plot.dot(context, { ...place, r: 3, fill: RED, stroke: "white", strokeWidth: 0.75 }),
    ]),
  ];
  const [left, right, top, bottom, gap] = [56, 34, 26, 44, 12];
  const plot: Plot.PlotOptions = {
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom,
    x: { domain: bounds(all.map(({ x }) => x)), inset: 4, clamp: true },
    y: {
      domain: range ?? bounds(all.flatMap(({ low, high }) => [low, high])),
      nice: !range,
      inset: 5,
      clamp: true,
    },
    fx: { domain: columns.map((name) => styles.get(name)!.label), padding: gap / (width + gap) },
    fy: { domain: rows, padding: gap / (height + gap) },
    marks,
  };
  const has = (what: "truth" | "targets") => cells.some((cell) => cell[what].length > 0);
  const legend = [
    LEGEND.mean,
    ...(has("truth") ? [LEGEND.truth] : []),
    LEGEND.context,
    ...(has("targets") ? [LEGEND.targets] : []),
  ];
  const size = {
    width: left + right + columns.length * (width + gap) + gap,
    height: top + bottom + rows.length * (height + gap) + gap,
  };
  return drawFigure([{ options: plot, ...size }], { ...head, legend });
}

const distinct = (panels: readonly Cell[], key: keyof Cell) => [...new Set(panels.map((one) => one[key]))];

/**
 * Rows enough to draw a line or a band: of each of some equal parts of the range of x the first row, the lowest and the
 * highest. No spike is lost, and a file of thousands of points stays small.
 *
 * @param rows ordered by x
 */
export function downsample<T extends Pick<Row, "x" | "low" | "high">>(
  rows: readonly T[],
  parts: number,
): T[] {
  if (rows.length <= 3 * parts) return [...rows];
  const [first, last] = [rows[0]!.x, rows.at(-1)!.x];
  const partOf = ({ x }: T) => Math.min(parts - 1, Math.floor((parts * (x - first)) / (last - first || 1)));
  return [...Map.groupBy(rows, partOf).values()].flatMap((members) => {
    const lowest = members.reduce((a, b) => (b.low < a.low ? b : a));
    const highest = members.reduce((a, b) => (b.high > a.high ? b : a));
    const extremes = new Set([members[0]!, lowest, highest]);
    return members.filter((row) => extremes.has(row));
  });
}
