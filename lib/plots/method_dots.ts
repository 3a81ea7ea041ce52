import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { metricLabel } from "../results/summary.ts";
import { tickFormatter } from "./axes.ts";
import { CHARACTER, drawFigure, type Figure, type FigureOptions, type Panel } from "./figure.ts";
import { type Style, stylesOf, WIDTH } from "./theme.ts";

const ROW = 24;
const GAP = 14;
const DOTS_WIDTH = WIDTH + 80;

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
          // Some symbols are lines, and have no inside to fill.
          Plot.dot([point], { y: "label", x: "mean", symbol, fill: colour, stroke: colour, r: 5 }),
        ];
      }),
      Plot.text(rows, {
        y: "label",
        text: ({ mean }: DotRow) =>
          Number.isFinite(mean)
            // Three digits, the integer part whole: 1300, not 1.30e+3.
            ? (Math.abs(mean) < 0.01
              ? mean.toFixed(4)
              : Math.abs(mean) < 999.5
              ? mean.toPrecision(3)
              : mean.toFixed(0))
            : "diverged",
        frameAnchor: "right",
        textAnchor: "start",
        dx: 8,
      }),
    ],
  };
}

const marginFor = (labels: readonly string[]): number =>
  20 + Math.ceil(CHARACTER * Math.max(...labels.map(({ length }) => length)));

/** What one model reaches on one data set. */
export interface MethodScore {
  data: string;
  model: string;
  metric: string;
  mean: number;
  /** Half the length of the error bar; NaN for none. */
  standardError: number;
}

/**
 * Every method on every data set: a panel for each set with its own axis, a dot and an error bar for each model, the mean
 * as a number on the right.
 */
export function methodDots(
  scores: readonly MethodScore[],
  { zero = false, ...head }: Omit<FigureOptions, "legend"> & { /** Axes begin at 0. */ zero?: boolean },
): Figure {
  const styles = stylesOf(scores.map(({ model }) => model));
  const panelWidth = Math.floor(DOTS_WIDTH / 2);
  const panelHeight = 32 + ROW * styles.size;
  const panels = [...Map.groupBy(scores, ({ data }) => data)].map(([data, own], index): Panel => ({
    options: dotsPlot(
      own.map(({ model, mean, standardError }) => {
        const style = styles.get(model)!;
        return { label: style.label, style, mean, error: standardError };
      }),
      {
        labels: [...styles.values()].map(({ label }) => label),
        // More have no room where their labels have four digits.
        x: { label: null, ticks: 3, zero },
        marginLeft: marginFor([...styles.values()].map(({ label }) => label)),
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
}

/**
 * Rows with long names, a dot and an error bar each, the mean as a number on the right.
 *
 * @throws UserError if no row has a finite mean, two have one label, or the reference is none of them.
 */
export function rowDots(rows: readonly RowDot[], options: RowDotOptions): Figure {
  const { xLabel, reference, ...head } = options;
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
    marginLeft: marginFor(labels),
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
  return drawFigure([{ options: plot, width: DOTS_WIDTH, height }], { ...head, legend, legendMark: "dot" });
}

interface RankOptions extends Omit<FigureOptions, "legend"> {
  /** Models whose ranks differ by less are joined by a bar. */
  difference: number;
}

const LEVEL = 22;
const BAR = 9;

/** Stretches of models, the best first, that a difference does not tell apart; none inside another one. */
export function indistinguishable(ranks: readonly number[], difference: number): [number, number][] {
  const stretches = ranks.map((rank, from): [number, number] => [
    from,
    ranks.findLastIndex((other) => other - rank < difference),
  ]);
  return stretches.filter(([from, to], i) => to > from && (i === 0 || stretches[i - 1]![1] < to));
}

/**
 * Models on the line of their average ranks, the best at the left, with bars over those that the sets do not tell apart
 * (Demšar's critical-difference diagram).
 *
 * @throws UserError for fewer than two models
 */
export function rankLine(rows: readonly { model: string; rank: number }[], options: RankOptions): Figure {
  if (rows.length < 2) throw new UserError(`ranks: expected at least two models, found ${rows.length}`);
  const { difference, ...head } = options;
  const sorted = [...rows].sort((a, b) => a.rank - b.rank);
  const styles = stylesOf(sorted.map(({ model }) => model));
  const bars = indistinguishable(sorted.map(({ rank }) => rank), difference);
  const half = Math.ceil(sorted.length / 2);
  const top = BAR * (bars.length + 1);
  const labels = sorted.map(({ model, rank }, i) => {
    const left = i < half;
    return {
      ...styles.get(model)!,
      rank,
      left,
      edge: left ? 1 : sorted.length,
      depth: top + LEVEL * (left ? i + 1 : sorted.length - i),
    };
  });
  const depth = top + LEVEL * (half + 1);
  const texts = (side: boolean) =>
    Plot.text(labels.filter(({ left }) => left === side), {
      x: "edge",
      y: "depth",
      text: ({ label, rank }: typeof labels[number]) =>
        side ? `${label} ${rank.toFixed(2)}` : `${rank.toFixed(2)} ${label}`,
      textAnchor: side ? "end" : "start",
      dx: side ? -8 : 8,
    });
  return drawFigure([{
    width: WIDTH,
    height: depth + 40,
    options: {
      marginLeft: 150,
      marginRight: 150,
      marginTop: 36,
      marginBottom: 4,
      x: { domain: [1, sorted.length], label: null },
      y: { domain: [0, depth], reverse: true, axis: null },
      marks: [
        Plot.axisX({ anchor: "top", ticks: sorted.map((_, i) => i + 1), tickFormat: String }),
        Plot.ruleY([0]),
        ...labels.flatMap((mark) => [
          Plot.line([[mark.rank, 0], [mark.rank, mark.depth], [mark.edge, mark.depth]], {
            stroke: mark.colour,
            strokeWidth: 1.5,
          }),
          Plot.dot([mark], { x: "rank", y: 0, symbol: mark.symbol, fill: mark.colour, r: 4.5 }),
        ]),
        ...bars.map(([from, to], i) =>
          Plot.ruleY([BAR * (i + 1)], {
            x1: sorted[from]!.rank - 0.04,
            x2: sorted[to]!.rank + 0.04,
            strokeWidth: 4,
            strokeOpacity: 0.75,
          })
        ),
        texts(true),
        texts(false),
      ],
    },
  }], head);
}
