import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { metricLabel } from "../results/summary.ts";
import { tickFormatter } from "./axes.ts";
import { drawFigure, type Figure, type FigureOptions, type Panel } from "./figure.ts";
import { type Style, stylesOf, WIDTH } from "./theme.ts";

const ROW = 24;
const GAP = 14;
/** Mean width of a character of 12 px. */
const CHARACTER = 6.9;

/** A mean and half the length of its error bar, NaN for none, in a row of its own. */
interface DotRow {
  label: string;
  style: Style;
  mean: number;
  error: number;
}

interface DotsOptions {
  /** In their order. */
  labels: string[];
  x: Plot.ScaleOptions;
  marginLeft: number;
  marginBottom: number;
  /** Drawn below the dots. */
  below?: Plot.Markish[];
}

/** Rows with a dot and an error bar each, the mean as a number on the right. */
function dotsPlot(
  rows: readonly DotRow[],
  { labels, x, below = [], ...margins }: DotsOptions,
): Plot.PlotOptions {
  const points = rows.filter(({ mean }) => Number.isFinite(mean)).map((row) => {
    const error = Number.isFinite(row.error) ? row.error : 0;
    return { ...row, low: row.mean - error, high: row.mean + error };
  });
  const format = tickFormatter(Math.max(...points.map(({ high }) => high)));
  return {
    ...margins,
    marginRight: 62,
    marginTop: 4,
    x: { nice: true, grid: true, inset: 8, tickFormat: (value: number) => format(value), ...x },
    y: { type: "band", domain: labels, label: null, tickSize: 0, tickPadding: 8 },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      ...below,
      ...points.flatMap((point) => {
        const { colour, symbol } = point.style;
        return [
          Plot.ruleY([point], { y: "label", x1: "low", x2: "high", stroke: colour, strokeWidth: 2 }),
          Plot.dot([point], { y: "label", x: "mean", symbol, fill: colour, r: 5 }),
        ];
      }),
      Plot.text(rows, {
        y: "label",
        text: ({ mean }: DotRow) => (Number.isFinite(mean) ? mean.toPrecision(3) : "diverged"),
        frameAnchor: "right",
        textAnchor: "start",
        dx: 8,
      }),
    ],
  };
}

/** What one model reaches on one data set. */
export interface MethodScore {
  data: string;
  model: string;
  metric: string;
  mean: number;
  /** Half the length of the error bar; NaN for none. */
  standardError: number;
}

interface MethodOptions extends Omit<FigureOptions, "legend"> {
  width?: number;
}

/**
 * Every method on every data set: a panel for each set with its own axis, a dot and an error bar for each model, the mean
 * as a number on the right.
 */
export function methodDots(scores: readonly MethodScore[], options: MethodOptions): Figure {
  const { width = WIDTH + 80, ...head } = options;
  const styles = stylesOf(scores.map(({ model }) => model));
  const panelWidth = Math.floor(width / 2);
  const panelHeight = 32 + ROW * styles.size;
  const panels = [...Map.groupBy(scores, ({ data }) => data)].map(([data, own], index): Panel => ({
    options: dotsPlot(
      own.map(({ model, mean, standardError }) => {
        const style = styles.get(model)!;
        return { label: style.label, style, mean, error: standardError };
      }),
      {
        labels: [...styles.values()].map(({ label }) => label),
        x: { label: null, ticks: 4 },
        marginLeft: 118,
        marginBottom: 28,
      },
    ),
    title: `${data}, ${metricLabel(own[0]!.metric)}`,
    width: panelWidth,
    height: panelHeight,
    x: (index % 2) * panelWidth,
    y: Math.floor(index / 2) * (panelHeight + 18 + GAP),
  }));
  return drawFigure(panels, head);
}

/** One row: a mean with its error. */
interface RowDot {
  label: string;
  /** Rows of a group have one colour and symbol, which the legend names. */
  group: string;
  mean: number;
  /** Half the length of the error bar; NaN for none. */
  error: number;
}

interface RowDotOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  xLabel: string;
  /** The row that a dashed line shows. */
  reference?: string;
  width?: number;
}

/**
 * Rows with long names, a dot and an error bar each, the mean as a number on the right.
 *
 * @throws UserError if no row has a finite mean, two have one label, or the reference is none of them.
 */
export function rowDots(rows: readonly RowDot[], options: RowDotOptions): Figure {
  const { xLabel, reference, width = WIDTH + 80, ...head } = options;
  const labels = rows.map(({ label }) => label);
  const twice = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twice !== undefined) {
    throw new UserError(`rows of dots: expected labels that differ, found "${twice}" twice`);
  }
  if (reference !== undefined && !labels.includes(reference)) {
    throw new UserError(`reference: expected one of ${labels.join(", ")}, found "${reference}"`);
  }
  const finite = rows.filter(({ mean }) => Number.isFinite(mean));
  if (finite.length === 0) throw new UserError("rows of dots: expected a finite mean, found none");
  const styles = stylesOf(rows.map(({ group }) => group));
  const plot = dotsPlot(rows.map((row) => ({ ...row, style: styles.get(row.group)! })), {
    labels,
    x: { label: xLabel, labelAnchor: "center", labelArrow: "none", ticks: 5 },
    marginLeft: 20 + Math.ceil(CHARACTER * Math.max(...labels.map(({ length }) => length))),
    marginBottom: 44,
    below: [
      Plot.ruleX(finite.filter(({ label }) => label === reference), {
        x: "mean",
        strokeOpacity: 0.65,
        strokeDasharray: "6,4",
      }),
    ],
  });
  const height = 48 + ROW * rows.length;
  const legend = [...styles.values()];
  return drawFigure([{ options: plot, width, height }], { ...head, legend, legendMark: "dot" });
}
