import * as Plot from "@observablehq/plot";
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { CHARACTER, drawFigure, type Figure, type FigureOptions, MARGIN, type Panel } from "./figure.ts";
import { WIDTH } from "./theme.ts";

export interface Picture {
  /** Below the picture. */
  title?: string;
  height: number;
  width: number;
  /** [height, width, 3]: red, green and blue; what is outside [0, 1] is drawn as its end. */
  pixels: Float32Array;
}

export interface PictureRow {
  title?: string;
  pictures: Picture[];
}

interface GridOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** Titles of the columns. */
  columns?: string[];
  /** Side of the square that a picture is drawn in; default 96. */
  size?: number;
}

const GAP = 8;
const LINE = 18;

function urlOf({ height, width, pixels }: Picture, where: string): string {
  if (height * width === 0 || pixels.length !== height * width * 3) {
    throw new UserError(
      `${where}: expected ${height} x ${width} x 3 values of pixels, found ${pixels.length}`,
    );
  }
  const wrong = pixels.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new UserError(`${where}: expected finite values of pixels, found ${pixels[wrong]} at ${wrong}`);
  }
  // A Uint8ClampedArray rounds, and keeps to 0 and 255.
  const colours = new Uint8ClampedArray(pixels.map((value) => value * 255));
  return pngUrl(encodePng(height, width, new Uint8Array(colours.buffer)));
}

/**
 * Small pictures in rows and columns, with every pixel as it is.
 *
 * @throws UserError without pictures, or for one without three finite values a pixel.
 */
export function imageGrid(rows: readonly PictureRow[], options: GridOptions): Figure {
  const { columns = [], size = 96, ...head } = options;
  const count = rows.reduce((most, { pictures }) => Math.max(most, pictures.length), 0);
  if (count === 0) throw new UserError("image grid: expected pictures, found none");
  if (columns.length > count) {
    throw new UserError(`image grid: expected titles of at most ${count} columns, found ${columns.length}`);
  }
  const longest = rows.reduce((most, { title = "" }) => Math.max(most, title.length), 0);
  const left = MARGIN + (longest > 0 ? Math.ceil(CHARACTER * longest) + 12 : 0);
  const top = columns.length > 0 ? LINE + 6 : 4;
  const below = rows.some(({ pictures }) => pictures.some(({ title }) => title)) ? LINE : 0;
  const [stepX, stepY] = [size + GAP, size + below + GAP];
  const centre = (column: number) => left + column * stepX + size / 2;
  const images = rows.flatMap(({ pictures }, row) =>
    pictures.map((picture, column) => ({
      src: urlOf(picture, `image grid, row ${row}, column ${column}`),
      title: picture.title ?? "",
      x: centre(column),
      y: top + row * stepY + size / 2,
    }))
  );
  const titles = rows.map(({ title = "" }, row) => ({ title, y: top + row * stepY + size / 2 }));
  const place = { x: "x", y: "y" };
  const plot: Plot.PlotOptions = {
    margin: 0,
    axis: null,
    x: { type: "identity" },
    y: { type: "identity" },
    marks: [
      Plot.text(columns.map((title, column) => ({ title, x: centre(column), y: LINE - 6 })), {
        ...place,
        text: "title",
        fontWeight: 600,
      }),
      Plot.text(titles, { x: () => left - 12, y: "y", text: "title", textAnchor: "end", fontWeight: 600 }),
      Plot.image(images, { ...place, src: "src", width: size, height: size, imageRendering: "pixelated" }),
      Plot.text(images, { ...place, text: "title", dy: size / 2 + 10 }),
    ],
  };
  const [width, height] = [left + count * stepX - GAP + MARGIN, top + rows.length * stepY];
  return drawFigure([{ options: plot, width, height }], head);
}

/** What each latent reads of each part of the rows. */
interface AttentionPanel {
  title?: string;
  /** [latents][parts] shares relative to an even spread: 1 is what a reader of all rows alike has. */
  shares: readonly (readonly number[])[];
}

interface AttentionMapOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** What the parts are, from left to right: equally wide stretches. */
  stretches: readonly string[];
  xLabel: string;
  /** Height of a latent's row; default 22. */
  row?: number;
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
  const { stretches, xLabel, row = 22, ...head } = options;
  check(panels, stretches);
  const inner = WIDTH - LEFT - RIGHT;
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
    const panel = { options: plot, width: WIDTH, height, y, title };
    y += height + (title ? 18 : 0) + 4;
    return panel;
  });
  return drawFigure(drawn, head);
}

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

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/**
 * A picture as a PNG file with 8 bits for each colour.
 *
 * @param colours [height, width, 3], 0 to 255
 * @throws RangeError if there are not as many colours as the size needs, or no pixels.
 */
export function encodePng(height: number, width: number, colours: Uint8Array): Uint8Array {
  if (height * width === 0 || colours.length !== height * width * 3) {
    throw new RangeError(
      `PNG of ${height} x ${width}: expected three colours a pixel, found ${colours.length}`,
    );
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, red, green and blue; compression, filters and order as always.
  header.set([8, 2, 0, 0, 0], 8);
  // Every line starts with its filter: 0, none.
  const lines = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    lines.set(colours.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  }
  const data = deflateSync(lines, { level: 9 });
  return Buffer.concat([
    Buffer.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A file of PNG as an address that holds it. */
export const pngUrl = (png: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
