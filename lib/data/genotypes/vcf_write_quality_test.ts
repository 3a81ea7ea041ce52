import assert from "node:assert/strict";
import { estimatedR2, siteQuality } from "./vcf_write_quality.ts";

Deno.test("estimated R2 is the variance of the probabilities over that of alleles", () => {
  const rows = [
    [0, 1, 1, 0], // certain
    [0.25, 0.75, 0.25, 0.75], // variance 1/16 of 1/4
    [0.5, 0.5, 0.5, 0.5],
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [0.125, 0.125, 0.125, 0.125],
  ];
  assert.deepEqual([...estimatedR2(Float32Array.from(rows.flat()), 4)], [1, 0.25, 0, 0, 0, 0]);
  assert.throws(() => estimatedR2(new Float32Array(5), 4), RangeError);
});

Deno.test("estimated R2 holds for rare alleles of many haplotypes", () => {
  const probabilities = new Float32Array(20_000);
  probabilities[7] = 1;
  assert.deepEqual(siteQuality(probabilities, 0, 20_000), { frequency: 1 / 20_000, r2: 1 });
  const nearly = probabilities.map((p) => 1 - p);
  assert.ok(Math.abs(siteQuality(nearly, 0, 20_000).r2 - 1) < 1e-9);
  const r2 = siteQuality(probabilities.fill(1e-6), 0, 20_000).r2;
  assert.ok(r2 >= 0 && r2 < 1e-9, `equal probabilities: ${r2}`);
});
