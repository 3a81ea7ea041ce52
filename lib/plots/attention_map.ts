import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { drawFigure, type Figure, type FigureOptions, type Panel } from "./figure.ts";
import { encodePng, pngUrl } from "./png.ts";
import { WIDTH } from "./theme.ts";

/** What each latent reads of each part of the rows. */
export interface AttentionPanel {
  title?: string;
  /** [latents][parts] shares relative to an even spread: 1 is what a reader of all rows alike has. */
  shares: readonly (readonly number[])[];
}

export interface AttentionMapOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** What the parts are, from left to right: equally wide stretches. */
  stretches: readonly string[];
  xLabel: string;
  /** Height of a latent's row; default 22. */
  row?: number;
  width?: number;
}

/** From nothing over an even share, 1, to `TOP` times as much, in colours that also a grey print tells apart. */
const COLOURS: [number, number, number][] = [[247, 251, 255], [158, 202, 225], [33, 113, 181], [8, 48, 107]];
const TOP = 3;

const colourOf = (share: number): number[] => {
  const at = Math.min(1, Math.max(0, share / TOP)) * (COLOURS.length - 1);
  const low = Math.min(COLOURS.length - 2, Math.floor(at));
  const [from, to] = [COLOURS[low]!, COLOURS[low + 1]!];
  return from.map((value, c) => Math.round(value + (at - low) * (to[c]! - value)));
};

const picture = (rows: readonly (readonly number[])[]): string =>
  pngUrl(encodePng(rows.length, rows[0]!.length, Uint8Array.from(rows.flat().flatMap(colourOf))));

const [LEFT, RIGHT, SCALE] = [84, 24, 54];

function check(panels: readonly AttentionPanel[], stretches: readonly string[]): void {
  if (panels.length === 0) throw new UserError("attention map: expected panels, found none");
  for (const [index, { shares }] of panels.entries()) {
    const width = shares[0]?.length ?? 0;
    if (width === 0 || shares.some((row) => row.length !== width)) {
      throw new UserError(`attention map, panel ${index}: expected equally many shares of every latent`);
    }
    if (width % stretches.length !== 0) {
      throw new UserError(
        `attention map, panel ${index}: expected a multiple of ${stretches.length} parts, found ${width}`,
      );
    }
    const wrong = shares.flat().find((share) => !(share >= 0 && share < Infinity));
    if (wrong !== undefined) {
      throw new UserError(`attention map, panel ${index}: expected shares of 0 or more, found ${wrong}`);
    }
  }
}

/**
 * Attention as colours: a row for each latent, rows of the table from left to right, a panel for each state of the
 * training. Drawn as small pictures, so that the size of the figure does not grow with the table.
 *
 * @throws UserError without panels, for latents of different lengths, parts that the stretches do not divide, and
 *   shares that are no shares.
 */
export function attentionMap(panels: readonly AttentionPanel[], options: AttentionMapOptions): Figure {
  const { stretches, xLabel, row = 22, width = WIDTH, ...head } = options;
  check(panels, stretches);
  const inner = width - LEFT - RIGHT;
  const axis = { x: { type: "identity" }, y: { type: "identity" } } as const;
  let y = 0;
  const drawn = panels.map(({ title, shares }, index): Panel => {
    const isLast = index === panels.length - 1;
    const inside = row * shares.length;
    const height = inside + 8 + (isLast ? 40 + SCALE : 0);
    const image = { src: picture(shares), x: LEFT + inner / 2, y: 4 + inside / 2 };
    const names = shares.map((_, latent) => ({ name: `latent ${latent + 1}`, y: 4 + row * (latent + 0.5) }));
    const each = inner / stretches.length;
    const below = stretches.map((name, at) => ({ name, x: LEFT + each * (at + 0.5) }));
    const place = { x: "x", y: "y" };
    const plot: Plot.PlotOptions = {
      margin: 0,
      axis: null,
      ...axis,
      marks: [
        Plot.image([image], {
          ...place,
          src: "src",
          width: inner,
          height: inside,
          preserveAspectRatio: "none",
          imageRendering: "pixelated",
        }),
        Plot.text(names, { x: () => LEFT - 8, y: "y", text: "name", textAnchor: "end" }),
        Plot.ruleX(stretches.slice(1).map((_, at) => LEFT + each * (at + 1)), {
          y1: 4,
          y2: 4 + inside,
          stroke: "white",
          strokeWidth: 2,
        }),
        ...isLast
          ? [
            Plot.text(below, { x: "x", y: () => inside + 16, text: "name" }),
            Plot.text([xLabel], { x: () => LEFT + inner / 2, y: () => inside + 34, text: (d: string) => d }),
            ...scaleMarks(inside + 62, inner),
          ]
          : [],
      ],
    };
    const panel = { options: plot, width, height, y, title };
    y += height + (title ? 18 : 0) + 4;
    return panel;
  });
  return drawFigure(drawn, head);
}

/** The colours with their meanings. */
function scaleMarks(y: number, inner: number): Plot.Markish[] {
  const length = Math.min(240, inner / 2);
  const ramp = Array.from({ length: 60 }, (_, at) => TOP * at / 59);
  const start = LEFT + (inner - length) / 2;
  const ticks = Array.from({ length: TOP + 1 }, (_, at) => ({
    x: start + length * at / TOP,
    name: at === TOP ? `${TOP} or more` : at === 1 ? "even" : String(at),
  }));
  return [
    Plot.image([{ src: picture([ramp]) }], {
      x: () => start + length / 2,
      y: () => y,
      src: "src",
      width: length,
      height: 10,
      preserveAspectRatio: "none",
    }),
    Plot.text(ticks, { x: "x", y: () => y + 16, text: "name" }),
  ];
}
