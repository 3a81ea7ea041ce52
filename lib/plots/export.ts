import { Resvg } from "@resvg/resvg-js";
import { mkdirSync } from "node:fs";
import { dirname, extname } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { type Figure, toSvg } from "./figure.ts";

/** The figure as a PNG file of `scale` times as many pixels as it is wide. */
export const toPng = (figure: Figure, scale = 2): Uint8Array =>
  new Resvg(toSvg(figure), { fitTo: { mode: "zoom", value: scale } }).render().asPng();

/**
 * Writes a figure as the ending of the path says: .svg or .png.
 *
 * @param scale of a PNG: pixels for each one of the figure; 2 is for print and for sharp screens
 * @returns the path
 * @throws UserError for another ending, or if the file cannot be written
 * @example
 * await exportFigure(report.figures["errors"], "figures/errors.png");
 */
export async function exportFigure(
  figure: Figure,
  path: string,
  { scale = 2 }: { scale?: number } = {},
): Promise<string> {
  const ending = extname(path);
  if (ending !== ".svg" && ending !== ".png") {
    throw new UserError(`${path}: a figure is written as .svg or .png, found "${ending}"`);
  }
  if (typeof figure?.outerHTML !== "string") {
    throw new UserError(`${path}: expected a figure of spin.plots or a report`);
  }
  mkdirSync(dirname(path), { recursive: true });
  await writeAtomic(path, ending === ".svg" ? toSvg(figure) : toPng(figure, scale));
  return path;
}
