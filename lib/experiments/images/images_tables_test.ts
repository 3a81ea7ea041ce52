import { deepEqual, equal, match, ok } from "node:assert/strict";
import { toText } from "../../results/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { placeLikelihood } from "./images_baseline.ts";
import { celebaTable, imageScores, imageTable, VALUE_CEILING } from "./images_tables.ts";
import { celebaVerdict, imageVerdict } from "./images_verdict.ts";

const record = (model: string, seed: number, target: number, steps = 100) =>
  ({
    profile: "quick",
    model,
    seed,
    steps,
    data: { name: "digits 8x8 ctx-8-16 tar-all" },
    configuration: { steps, dims: { dimY: 1 } },
    metrics: { target, "target error": 0.02, context: target + 0.1, calibration: 0.01 },
    seconds: { compile: 1, train: 2, evaluate: 1 },
    memory: { compiledBytes: 2 ** 20 },
  }) as unknown as RunRecord;

const RECORDS = [
  record("canp", 0, 0.2),
  record("ipnp", 0, 0.1),
  record("ipnp", 1, 0.3),
  record("ipnp", 0, 0.5, 900),
];

Deno.test("seeds are one score, other lengths another; the best of a length is marked", () => {
  const scores = imageScores(RECORDS);
  deepEqual(scores.map(({ model, steps, runs }) => [model, steps, runs.length]), [
    ["ipnp", 900, 1],
    ["canp", 100, 1],
    ["ipnp", 100, 2],
  ]);
  equal(scores[1]!.error, 0.02);
  ok(Math.abs(scores[2]!.error - 0.1) < 1e-9);
  const text = toText(imageTable(RECORDS, -0.25));
  match(text, /^digits 8x8: log likelihood of a pixel/);
  match(text, /\[8,16\], CANP +100 +0\.200 ± 0\.020\*/);
  match(text, /each place's own normal +-0\.250/);
  match(text, /ceiling +1\.384/);
});

Deno.test("the verdict tells the best, and what is within the spread", () => {
  const verdict = imageVerdict(RECORDS, -0.25);
  match(verdict, /\[8,16\], 900 steps: the best is IPNP 0\.500, 0\.750 above each/);
  match(verdict, /100 steps: the best is CANP 0\.200, 0\.450 above.* within the spread of IPNP 0\.200/);
  match(
    celebaVerdict(),
    /IPNP is above CANP at \[8,16\], \[16,32\], \[32,64\], below it at \[64,128\], \[128,256\]/,
  );
});

Deno.test("the authors' table stands by itself", () => {
  const { rows, head, notes } = celebaTable();
  equal(head.length, 8);
  equal(rows.find(({ label }) => label === "IPNP")!.cells[0]!.text, "1.726 (291 s)");
  equal(rows.find(({ label }) => label === "ANP")!.cells[0]!.text, "out of memory");
  match(notes.join(" "), /ceiling 4\.151/);
});

Deno.test("a place's own normal has the best mean and deviation of the images to train on", () => {
  const set = (...values: number[]) => ({
    count: values.length / 2,
    height: 1,
    width: 2,
    channels: 1,
    values: Uint8Array.from(values),
    white: 10,
  });
  // The first place is always black, the second 0 or 1.
  const found = placeLikelihood({ train: set(0, 0, 0, 10), evaluation: set(0, 10) });
  const second = -0.5 - Math.log(0.5) - Math.log(2 * Math.PI) / 2;
  ok(Math.abs(found - (VALUE_CEILING + second) / 2) < 1e-6);
});
