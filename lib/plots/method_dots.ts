import * as Plot from "@observablehq/plot";
import { metricLabel } from "../results/summary.ts";
import { drawFigure, type Figure, type FigureOptions, type Panel } from "./figure.ts";
import { stylesOf, WIDTH } from "./theme.ts";
import { tickFormatter } from "./ticks.ts";

/** What one model reaches on one data set. */
export interface MethodScore {
  data: string;
  model: string;
  metric: string;
  mean: number;
  /** Half the length of the error bar; NaN for none. */
  standardError: number;
}

export interface MethodOptions extends Omit<FigureOptions, "legend"> {
  width?: number;
}

const ROW = 24;
const GAP = 14;

function panelOf(scores: readonly MethodScore[], models: readonly string[]): Plot.PlotOptions {
  const styles = stylesOf(models);
  const label = (model: string) => styles.get(model)!.label;
  const points = scores.filter(({ mean }) => Number.isFinite(mean)).map((score) => {
    const error = Number.isFinite(score.standardError) ? score.standardError : 0;
    return { ...score, label: label(score.model), low: score.mean - error, high: score.mean + error };
  });
  const format = tickFormatter(Math.max(...points.map(({ high }) => high)));
  return {
    marginLeft: 118,
    marginRight: 62,
    marginTop: 4,
    marginBottom: 28,
    x: {
      nice: true,
      grid: true,
      label: null,
      ticks: 4,
      inset: 8,
      tickFormat: (value: number) => format(value),
    },
    y: { type: "band", domain: models.map(label), label: null, tickSize: 0, tickPadding: 8 },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      ...points.flatMap((point) => {
        const { colour, symbol } = styles.get(point.model)!;
        return [
          Plot.ruleY([point], { y: "label", x1: "low", x2: "high", stroke: colour, strokeWidth: 2 }),
          Plot.dot([point], { y: "label", x: "mean", symbol, fill: colour, r: 5 }),
        ];
      }),
      Plot.text(scores, {
        y: ({ model }: MethodScore) => label(model),
        text: ({ mean }: MethodScore) => (Number.isFinite(mean) ? mean.toPrecision(3) : "diverged"),
        frameAnchor: "right",
        textAnchor: "start",
        dx: 8,
      }),
    ],
  };
}

/**
 * Every method on every data set: a panel for each set with its own axis, a dot and an error bar for each model, the mean
 * as a number on the right.
 */
export function methodDots(scores: readonly MethodScore[], options: MethodOptions): Figure {
  const { width = WIDTH + 80, ...head } = options;
  const models = [...new Set(scores.map(({ model }) => model))];
  const panelWidth = Math.floor(width / 2);
  const panelHeight = 32 + ROW * models.length;
  const panels = [...Map.groupBy(scores, ({ data }) => data)].map(([data, own], index): Panel => ({
    options: panelOf(own, models),
    title: `${data}, ${metricLabel(own[0]!.metric)}`,
    width: panelWidth,
    height: panelHeight,
    x: (index % 2) * panelWidth,
    y: Math.floor(index / 2) * (panelHeight + 18 + GAP),
  }));
  return drawFigure(panels, head);
}
