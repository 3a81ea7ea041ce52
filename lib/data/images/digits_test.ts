import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { loadDigits, pixelsOf } from "./image_set.ts";

Deno.test("the digits are 1,797 images of 8 x 8 pixels in 17 steps of grey", async () => {
  const digits = await loadDigits();
  const { count, height, width, channels, values } = digits;
  deepEqual([count, height, width, channels, values.length], [1797, 8, 8, 1, 1797 * 64]);
  deepEqual([values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))], [0, 16]);
  const pixels = pixelsOf(digits, [3, 0]);
  equal(pixels.length, 128);
  equal(pixels[64 + 2], values[2]! / 16);
  throws(() => pixelsOf(digits, [1797]), /image 1797 of 1797/);
});

Deno.test("a file of digits that is changed is refused", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "0,1");
  await rejects(loadDigits(file), /expected SHA-256 09f6/);
  await Deno.remove(file);
});
