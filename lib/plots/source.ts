import * as Plot from "@observablehq/plot";
import type { LegendEntry } from "./legend.ts";
import { INK, type Style } from "./theme.ts";

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
