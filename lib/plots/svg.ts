import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { INK } from "./theme.ts";

/** Plots are drawn into a document of their own: there is no browser around. */
const { document } = parseHTML("<html><body></body></html>");
export const SVG = "http://www.w3.org/2000/svg";

export const TEXT_SIZE = 12;

export function element(
  name: string,
  attributes: Record<string, string | number>,
  ...children: (Node | string)[]
): Element {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node as unknown as Element;
}

export const text = (
  content: string,
  x: number,
  y: number,
  attributes: Record<string, string | number> = {},
): Element => element("text", { x, y, fill: INK, "font-size": TEXT_SIZE, ...attributes }, content);

/**
 * Draws a plot as a `<g>`. Plot gives an `<svg>` that relies on style sheets and the colour of the page around it, which
 * few programs apply inside another `<svg>`; here its colour and fonts are attributes.
 */
export function drawPlot(options: Plot.PlotOptions, x: number, y: number): Element {
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
