import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { imageGrid, type Picture } from "./image_grid.ts";
import { countOf, testSnapshot } from "./support_test.ts";

/** A ramp of red to the right and of green downwards. */
const ramp = (height: number, width: number, title?: string): Picture => ({
  height,
  width,
  title,
  pixels: Float32Array.from({ length: height * width * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [(pixel % width) / (width - 1), Math.floor(pixel / width) / (height - 1), 0.2][i % 3]!;
  }),
});

const rows = [
  { title: "8 pixels", pictures: [ramp(6, 6), ramp(6, 6, "1.25")] },
  { title: "16 pixels", pictures: [ramp(4, 8), ramp(8, 4, "1.80")] },
];

const options = { title: "Pictures completed", columns: ["truth", "IPNP"] };

testSnapshot("image-grid", () => imageGrid(rows, options));

Deno.test("every picture is one crisp image, titles stand beside", () => {
  const figure = imageGrid(rows, options);
  assert.equal(countOf(figure, "<image "), 4);
  assert.equal(countOf(figure, 'image-rendering="pixelated"'), 4);
  for (const title of ["8 pixels", "truth", "1.80"]) assert.equal(countOf(figure, `>${title}<`), 1, title);
});

Deno.test("colours outside [0, 1] are drawn as its ends", () => {
  const one = (...pixels: number[]) => ({ height: 1, width: 1, pixels: Float32Array.from(pixels) });
  const draw = (picture: Picture) => imageGrid([{ pictures: [picture] }], { title: "t" }).outerHTML;
  assert.equal(draw(one(-0.2, 0.5, 1.1)), draw(one(0, 0.5, 1)));
});

Deno.test("pictures that are none are named by their place", () => {
  const refuses = (picture: Picture, message: RegExp) =>
    assert.throws(
      () => imageGrid([rows[0]!, { pictures: [ramp(2, 2), picture] }], options),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refuses(
    { height: 2, width: 2, pixels: new Float32Array(4) },
    /row 1, column 1: expected 2 x 2 x 3 values of pixels, found 4/,
  );
  refuses(
    { height: 1, width: 1, pixels: Float32Array.of(0, NaN, 0) },
    /expected finite values of pixels, found NaN at 1/,
  );
  assert.throws(() => imageGrid([], { title: "t" }), /expected pictures, found none/);
  assert.throws(
    () => imageGrid(rows, { title: "t", columns: ["a", "b", "c"] }),
    /at most 2 columns, found 3/,
  );
});
