import * as Plot from "@observablehq/plot";
import { UserError } from "../errors.ts";
import { drawFigure, type Figure, type FigureOptions } from "./figure.ts";
import { encodePng, pngUrl } from "./png.ts";

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

export interface GridOptions extends Omit<FigureOptions, "legend" | "legendMark"> {
  /** Titles of the columns. */
  columns?: string[];
  /** Side of the square that a picture is drawn in; default 96. */
  size?: number;
}

const GAP = 8;
const LINE = 18;
const MARGIN = 16;
/** Mean width of a character of 12 px. */
const CHARACTER = 6.9;

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
