import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { type Axis, axisOf, type DrawnAxis, MARGINS, planeFrom } from "./axes.ts";
import type { LegendEntry, Panel } from "./figure.ts";
import { INK, type Style } from "./theme.ts";

/** A dashed horizontal line with words on it: a ceiling, a budget. */
export interface Rule {
  y: number;
  label: string;
}

/** One of several panels above each other with the same x axis: its y axis, and which points it shows. */
export interface StackPanel extends Axis {
  /** The `panel` of its points. */
  name: string;
  rules?: Rule[];
  /** Default 190. */
  height?: number;
}

const INNER = 190;

/** A rule under its words, which stand at the left: curves of these figures meet their rule at the right. */
export const ruleMarks = (rules: readonly Rule[]): Plot.Markish[] => [
  Plot.ruleY(rules, { y: "y", strokeOpacity: 0.65, strokeDasharray: "6,4" }),
  Plot.text(rules, {
    y: "y",
    text: "label",
    frameAnchor: "left",
    textAnchor: "start",
    dx: 8,
    dy: -8,
    fill: INK,
    stroke: "white",
    strokeWidth: 3,
  }),
];

/** The values that an axis has to hold for its rules, with room above the highest for its words. */
export function heightsOf(rules: readonly Rule[], values: readonly number[], log = false): number[] {
  const ys = rules.map(({ y }) => y);
  if (ys.length === 0) return [];
  const [low, high] = [Math.min(...values, ...ys), Math.max(...ys)];
  return [...ys, log ? high * (high / low) ** 0.06 : high + 0.06 * (high - low)];
}

/** @throws UserError if a point is of a panel that is not there, or a panel has no points. */
export function panelPoints<T extends { panel: string }>(
  points: readonly T[],
  panels: readonly StackPanel[],
): [StackPanel, T[]][] {
  const names = panels.map(({ name }) => name);
  const lost = points.find(({ panel }) => !names.includes(panel));
  if (lost) {
    throw new UserError(`panel of a point: expected ${names.join(", ") || "panels"}, found ${lost.panel}`);
  }
  return panels.map((panel) => {
    const own = points.filter(({ panel: name }) => name === panel.name);
    if (own.length === 0) throw new UserError(`panel ${panel.name}: expected points, found none`);
    return [panel, own];
  });
}

/** What is drawn in one panel of a stack, and the values that its y axis has to hold. */
interface StackContent {
  panel: StackPanel;
  marks: Plot.Markish[];
  values: number[];
}

/** Panels above each other over one x axis, which the lowest shows. */
export function stackPanels(contents: readonly StackContent[], x: DrawnAxis, width: number): Panel[] {
  let y = 0;
  return contents.map(({ panel, marks, values }, index): Panel => {
    const isLowest = index === contents.length - 1;
    const { rules = [], height: inner = INNER } = panel;
    const plane = planeFrom(x, axisOf(panel, [...values, ...heightsOf(rules, values, panel.log)]), !isLowest);
    const marginBottom = isLowest ? MARGINS.marginBottom : 4;
    const height = inner + MARGINS.marginTop + marginBottom;
    const options = { ...plane, marginBottom, marks: [...plane.marks, ...ruleMarks(rules), ...marks] };
    const drawn = { options, width, height, y };
    y += height;
    return drawn;
  });
}

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
