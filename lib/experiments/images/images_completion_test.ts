import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { loadDigits, UNKNOWN } from "../../data/images/mod.ts";
import { liveBuffers } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/testing.ts";
import { createProcess } from "../../models/process/registry.ts";
import type { Picture } from "../../plots/mod.ts";
import { completions, SIGMA_RANGE } from "./images_completion.ts";

const DIMS = {
  dimX: 2,
  dimY: 1,
  dimHid: 16,
  dimLat: 8,
  encVDepth: 2,
  encQkDepth: 2,
  encPreDepth: 2,
  encPostDepth: 2,
  decDepth: 2,
};

/** Pixels of a picture that are not of the colour of unknown ones. */
const knownIn = ({ pixels }: Picture): number[] =>
  Array.from({ length: pixels.length / 3 }, (_, at) => at)
    .filter((at) => UNKNOWN.some((value, channel) => Math.abs(pixels[3 * at + channel]! - value) > 1e-6));

xlaTest(
  "larger contexts hold the smaller ones, of all models the same; known pixels are the image's",
  async () => {
    const set = await loadDigits();
    const shown: number[][][] = [];
    for (const name of ["canp", "ipnp", "tnpd"] as const) {
      const process = createProcess(name, DIMS, 2, 0);
      const [, second] = await completions(process, set, [3, 9], [4, 16], 5);
      const [few, many] = second!;
      const [small, large] = [knownIn(few!.context), knownIn(many!.context)];
      deepEqual([small.length, large.length], [4, 16]);
      ok(small.every((at) => large.includes(at)));
      for (const at of large) equal(many!.context.pixels[3 * at], many!.truth.pixels[3 * at]);
      deepEqual(
        [...many!.truth.pixels].filter((_, i) => i % 3 === 0),
        [
          ...set.values.subarray(9 * 64, 10 * 64),
        ].map((value) => Math.fround(value / set.white)),
      );
      ok(few!.mean.pixels.every((value) => value >= 0 && value <= 1));
      if (name !== "tnpd") ok(few!.sigma.pixels.every((value) => value >= -1e-5));
      equal(knownIn(few!.mean).length, 64);
      shown.push([small, large]);
      process.parameters.forEach((parameter) => parameter.dispose());
    }
    deepEqual(shown[1], shown[0]);
    deepEqual(shown[2], shown[0]);
    deepEqual(SIGMA_RANGE, [0.1, 0.5]);
  },
);

xlaTest("a completion leaves no buffers behind; counts beyond the pixels are refused", async () => {
  const set = await loadDigits();
  const process = createProcess("canp", DIMS, 2, 0);
  await completions(process, set, [0], [2], 0);
  const before = liveBuffers();
  await completions(process, set, [0], [2], 0);
  deepEqual(liveBuffers(), before);
  await rejects(
    completions(process, set, [0], [4, 65], 0),
    /context pixels: expected from 1 to 64, found 65/,
  );
  process.parameters.forEach((parameter) => parameter.dispose());
});
