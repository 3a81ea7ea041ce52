import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { imageDecoder } from "./decode.ts";
import { inFolder, writeImage } from "./support_test.ts";

// deno-fmt-ignore
const PILLOW = [
  60, 111, 8, 163, 111, 82, 109, 111, 158, 86, 111, 232,
  128, 130, 8, 125, 130, 82, 72, 130, 158, 131, 130, 232,
  122, 111, 8, 169, 111, 82, 117, 111, 158, 107, 111, 232,
];
const SIZE = [6, 4] as const;
const colour = (row: number, column: number) => [40 * row, 60 * column, 200 - 30 * row] as const;

inFolder("pictures of every format are decoded in their own size and colours", async (folder) => {
  const decode = await imageDecoder();
  for (const ending of ["png", "jpg", "webp", "gif", "bmp", "tiff"]) {
    const file = `${folder}/a.${ending}`;
    await writeImage(file, SIZE, colour);
    const { height, width, values } = decode(await Deno.readFile(file), file);
    deepEqual([height, width, values.length], [6, 4, 72], ending);
    const exact = ["png", "gif", "bmp", "tiff"].includes(ending);
    if (exact) deepEqual([...values.subarray(15, 18)], [...colour(1, 1)], ending);
  }
});

inFolder(
  "resizing is Pillow's bicubic, which these numbers are from, and does not keep the aspect",
  async (folder) => {
    const decode = await imageDecoder();
    const file = `${folder}/a.png`;
    await writeImage(
      file,
      [7, 5],
      (row, column) => [(row * row * 37 + column * 91) % 256, 255 * (row & 1), column * 60],
    );
    const { height, width, values } = decode(await Deno.readFile(file), file, [3, 4]);
    deepEqual([height, width], [3, 4]);
    ok(values.every((value, i) => Math.abs(value - PILLOW[i]!) <= 1));
  },
);

inFolder("alpha is dropped over white", async (folder) => {
  const decode = await imageDecoder();
  const file = `${folder}/a.png`;
  await writeImage(file, [1, 3], (_, column) => [100, 50, 20, [0, 128, 255][column]!]);
  deepEqual([...decode(await Deno.readFile(file), file).values], [255, 255, 255, 177, 152, 137, 100, 50, 20]);
});

inFolder(
  "truncated files, texts and drawing programs are refused by name, whatever the format",
  async (folder) => {
    const decode = await imageDecoder();
    for (const ending of ["png", "jpg", "webp", "gif", "bmp", "tiff"]) {
      const file = `${folder}/a.${ending}`;
      await writeImage(file, [60, 40], (row, column) => [(row * 97) % 256, (column * 57) % 256, row]);
      const whole = await Deno.readFile(file);
      for (const share of [0.95, 0.5]) {
        throws(() => decode(whole.subarray(0, share * whole.length), file), (error) => {
          ok(error instanceof UserError && error.message.startsWith(`${file}: broken `), String(error));
          return true;
        });
      }
      equal(decode(whole, file).height, 60);
    }
    for (const text of ["", "not an image", "<svg xmlns='http://www.w3.org/2000/svg'></svg>"]) {
      throws(
        () => decode(new TextEncoder().encode(text), "b.png"),
        /^UserError: b\.png: expected a PNG, JPEG/,
      );
    }
  },
);
