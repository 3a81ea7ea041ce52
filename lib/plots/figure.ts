import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { FONT, INK, type Style } from "./theme.ts";

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
export const MARGIN = 16;

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

export const toSvg = (figure: Figure): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${figure.outerHTML}\n`;

/** Plots are drawn into a document of their own: there is no browser around. */
const { document } = parseHTML("<html><body></body></html>");
const SVG = "http://www.w3.org/2000/svg";

const TEXT_SIZE = 12;

function element(
  name: string,
  attributes: Record<string, string | number>,
  ...children: (Node | string)[]
): Element {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node as unknown as Element;
}

const text = (
  content: string,
  x: number,
  y: number,
  attributes: Record<string, string | number> = {},
): Element => element("text", { x, y, fill: INK, "font-size": TEXT_SIZE, ...attributes }, content);

/**
 * Draws a plot as a `<g>`. Plot gives an `<svg>` that relies on style sheets and the colour of the page around it, which
 * few programs apply inside another `<svg>`; here its colour and fonts are attributes.
 */
function drawPlot(options: Plot.PlotOptions, x: number, y: number): Element {
  const plot = Plot.plot({ ...options, document: document as unknown as Document }) as unknown as Element;
  plot.querySelector("style")?.remove();
  for (const node of plot.querySelectorAll("[fill=currentColor]")) node.setAttribute("fill", INK);
  for (const node of plot.querySelectorAll("[stroke=currentColor]")) node.setAttribute("stroke", INK);
  const attributes = {
    transform: `translate(${x},${y})`,
    fill: INK,
    "font-size": TEXT_SIZE,
    "text-anchor": "middle",
  };
  return element("g", attributes, ...plot.childNodes);
}

/** What stands before the name: a line, a dot, both; a dot of which only the outline is drawn; a dashed line with a cross. */
type LegendMark = "line" | "dot" | "both" | "hollow" | "ended";

export interface LegendEntry extends Style {
  /** Default: that of the whole legend. */
  mark?: LegendMark;
}

const LEGEND_ROW = 20;
/** Mean width of a character of 12 px; the real one depends on the reader's font. */
export const CHARACTER = 6.9;

/** The mark of a legend entry, drawn by Plot as in the figure itself. */
const markOf = ({ colour, symbol }: Style, kind: LegendMark): Element => {
  const dashes = kind === "ended" ? { strokeDasharray: "4,3" } : {};
  const line = Plot.ruleY([0.5], { stroke: colour, strokeWidth: 1.75, ...dashes });
  const dot = kind === "hollow" || kind === "ended"
    ? Plot.dot([[0.5, 0.5]], { symbol, stroke: colour, fill: kind === "hollow" ? "white" : "none", r: 4 })
    : Plot.dot([[0.5, 0.5]], { symbol, fill: colour, r: 4 });
  const hasLine = kind !== "dot" && kind !== "hollow";
  return drawPlot(
    {
      width: 22,
      height: 14,
      margin: 0,
      axis: null,
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      marks: [hasLine ? line : null, kind === "line" ? null : dot],
    },
    0,
    -11,
  );
};

/** Legend entries in as many rows as the width needs. */
function legendRows(
  legend: readonly LegendEntry[],
  kind: LegendMark,
  width: number,
): { nodes: Element[]; height: number } {
  let x = 0, y = 0;
  const nodes = legend.map((style) => {
    const needed = 28 + CHARACTER * style.label.length + 18;
    if (x > 0 && x + needed > width) [x, y] = [0, y + LEGEND_ROW];
    const place = `translate(${x},${y + 14})`;
    const mark = markOf(style, style.mark ?? kind);
    const entry = element("g", { transform: place }, mark, text(style.label, 28, 0));
    x += needed;
    return entry;
  });
  return { nodes, height: legend.length > 0 ? y + LEGEND_ROW : 0 };
}
