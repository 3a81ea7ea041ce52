import type * as Plot from "@observablehq/plot";
import { type LegendEntry, type LegendMark, legendRows } from "./legend.ts";
import { drawPlot, element, SVG, text } from "./svg.ts";
import { FONT } from "./theme.ts";

/** A finished figure: an `<svg>` element with its title and legend inside. */
export type Figure = SVGSVGElement;

/** Part of a figure: an Observable Plot at a place. */
export interface Panel {
  options: Plot.PlotOptions;
  width: number;
  height: number;
  x?: number;
  y?: number;
  title?: string;
}

export interface FigureOptions {
  title: string;
  /** A second line: profile, folds, what the points are. */
  subtitle?: string;
  legend?: LegendEntry[];
  /** What the legend shows; default "both". */
  legendMark?: LegendMark;
}

const PANEL_TITLE = 18;
const MARGIN = 16;

/**
 * Puts panels under a title, a subtitle and a legend, as one `<svg>` that needs nothing from outside: names of its
 * fonts, a white background, the namespace. Equal input gives equal output; coordinates have two decimals.
 */
export function drawFigure(
  panels: readonly Panel[],
  { title, subtitle, legend = [], legendMark = "both" }: FigureOptions,
): Figure {
  const inner = Math.max(...panels.map(({ x = 0, width }) => x + width));
  const head: Element[] = [text(title, MARGIN, 28, { "font-size": 16, "font-weight": 600 })];
  let top = 40;
  if (subtitle) {
    head.push(text(subtitle, MARGIN, 46, { "fill-opacity": 0.7 }));
    top = 58;
  }
  const { nodes, height } = legendRows(legend, legendMark, inner - MARGIN);
  const drawn = panels.map((panel) => {
    const { x = 0, y = 0, width } = panel;
    const below = top + height + y;
    const plotTop = below + (panel.title ? PANEL_TITLE : 0);
    const label = panel.title ? [text(panel.title, x + MARGIN, below + 13, { "font-weight": 600 })] : [];
    const plot = drawPlot({ ...panel.options, width, height: panel.height }, x, plotTop);
    return { nodes: [...label, plot], bottom: plotTop + panel.height };
  });
  const total = Math.max(...drawn.map(({ bottom }) => bottom)) + 8;
  const figure = element(
    "svg",
    { xmlns: SVG, viewBox: `0 0 ${inner} ${total}`, width: inner, height: total, "font-family": FONT },
    element("rect", { width: inner, height: total, fill: "white" }),
    ...head,
    element("g", { transform: `translate(${MARGIN},${top})` }, ...nodes),
    ...drawn.flatMap(({ nodes }) => nodes),
  );
  roundNumbers(figure);
  return figure as unknown as Figure;
}

/** Gives the numbers of all attributes two decimals: nobody sees a hundredth of a pixel, and notebooks are smaller. */
function roundNumbers(figure: Element): void {
  for (const { attributes } of figure.querySelectorAll("*")) {
    for (const attribute of attributes) {
      const { value } = attribute;
      const rounded = value.replaceAll(
        /-?\d+\.\d{3,}(e-?\d+)?/g,
        (number) => String(Number(Number(number).toFixed(2))),
      );
      if (rounded !== value) attribute.value = rounded;
    }
  }
}

/** The figure as the text of an SVG file. */
export const toSvg = (figure: Figure): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${figure.outerHTML}\n`;
