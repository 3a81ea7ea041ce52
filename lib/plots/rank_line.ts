import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
import { stylesOf, WIDTH } from "./theme.ts";

/** The average rank of a model. */
export interface ModelRank {
  model: string;
  rank: number;
}

export interface RankOptions extends Omit<FigureOptions, "legend"> {
  /** Models whose ranks differ by less are joined by a bar. */
  difference: number;
  width?: number;
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
export function rankLine(rows: readonly ModelRank[], options: RankOptions): Figure {
  if (rows.length < 2) throw new UserError(`ranks: expected at least two models, found ${rows.length}`);
  const { difference, width = WIDTH, ...head } = options;
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
    width,
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
