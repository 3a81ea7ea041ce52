import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
import { stylesOf, WIDTH } from "./theme.ts";
import { tickFormatter } from "./ticks.ts";

/** One row: a mean with its error. */
export interface RowDot {
  label: string;
  /** Rows of a group have one colour and symbol, which the legend names. */
  group: string;
  mean: number;
  /** Half the length of the error bar; NaN for none. */
  error: number;
}

export interface RowDotOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  xLabel: string;
  /** The row that a dashed line shows. */
  reference?: string;
  width?: number;
}

const ROW = 24;
/** Mean width of a character of 12 px. */
const CHARACTER = 6.9;

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
  const points = rows.filter(({ mean }) => Number.isFinite(mean)).map((row) => {
    const error = Number.isFinite(row.error) ? row.error : 0;
    return { ...row, low: row.mean - error, high: row.mean + error };
  });
  if (points.length === 0) throw new UserError("rows of dots: expected a finite mean, found none");
  const styles = stylesOf(rows.map(({ group }) => group));
  const format = tickFormatter(Math.max(...points.map(({ high }) => high)));
  const plot: Plot.PlotOptions = {
    marginLeft: 20 + Math.ceil(CHARACTER * Math.max(...labels.map(({ length }) => length))),
    marginRight: 62,
    marginTop: 4,
    marginBottom: 44,
    x: {
      nice: true,
      grid: true,
      label: xLabel,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 5,
      inset: 8,
      tickFormat: (value: number) => format(value),
    },
    y: { type: "band", domain: labels, label: null, tickSize: 0, tickPadding: 8 },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.ruleX(points.filter(({ label }) => label === reference), {
        x: "mean",
        strokeOpacity: 0.65,
        strokeDasharray: "6,4",
      }),
      ...points.flatMap((point) => {
        const { colour, symbol } = styles.get(point.group)!;
        return [
          Plot.ruleY([point], { y: "label", x1: "low", x2: "high", stroke: colour, strokeWidth: 2 }),
          Plot.dot([point], { y: "label", x: "mean", symbol, fill: colour, r: 5 }),
        ];
      }),
      Plot.text(rows, {
        y: "label",
        text: ({ mean }: RowDot) => (Number.isFinite(mean) ? mean.toPrecision(3) : "diverged"),
        frameAnchor: "right",
        textAnchor: "start",
        dx: 8,
      }),
    ],
  };
  const height = 48 + ROW * rows.length;
  return drawFigure([{ options: plot, width, height }], {
    ...head,
    legend: [...styles.values()],
    legendMark: "dot",
  });
}
