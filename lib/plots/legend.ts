import * as Plot from "@observablehq/plot";
import { drawPlot, element, text } from "./svg.ts";
import type { Style } from "./theme.ts";

/** What stands before the name: a line, a dot, both; a dot of which only the outline is drawn; a dashed line with a cross. */
export type LegendMark = "line" | "dot" | "both" | "hollow" | "ended";

export interface LegendEntry extends Style {
  /** Default: that of the whole legend. */
  mark?: LegendMark;
}

const LEGEND_ROW = 20;
/** Mean width of a character of 12 px; the real one depends on the reader's font. */
const CHARACTER = 6.9;

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
export function legendRows(
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
