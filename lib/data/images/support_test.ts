/** Images for tests. */
import { imageDecoder } from "./decode.ts";

/**
 * Writes an image; the ending of the path tells its format.
 *
 * @param colour of a pixel: red, green, blue and, if there are four numbers, alpha
 */
export async function writeImage(
  path: string,
  [height, width]: readonly [number, number],
  colour: (row: number, column: number) => readonly number[],
): Promise<void> {
  await imageDecoder();
  const magick = await import("@imagemagick/magick-wasm");
  const values = Array.from({ length: height * width }, (_, i) => colour(Math.floor(i / width), i % width))
    .flat();
  const alpha = values.length > 3 * height * width;
  const format = alpha ? magick.MagickFormat.Rgba : magick.MagickFormat.Rgb;
  const settings = new magick.MagickReadSettings({ format, width, height, depth: 8 });
  const image = magick.MagickImage.create(Uint8Array.from(values), settings);
  const kinds = magick.MagickFormat;
  const wanted = {
    png: kinds.Png,
    jpg: kinds.Jpeg,
    webp: kinds.WebP,
    gif: kinds.Gif,
    bmp: kinds.Bmp,
    tiff: kinds.Tiff,
  };
  image.quality = 100;
  image.write(
    wanted[path.split(".").at(-1) as keyof typeof wanted],
    (bytes) => Deno.writeFileSync(path, bytes),
  );
  image.dispose();
}

/** A test with an empty folder of its own. */
export function inFolder(name: string, test: (folder: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await test(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
