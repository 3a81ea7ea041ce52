import assert from "node:assert/strict";
import { siteQuality } from "./vcf_write.ts";

Deno.test("estimated R2 is the variance of the probabilities over that of alleles", () => {
  const rows = [
    [0, 1, 1, 0], // certain
    [0.25, 0.75, 0.25, 0.75], // variance 1/16 of 1/4
    [0.5, 0.5, 0.5, 0.5],
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [0.125, 0.125, 0.125, 0.125],
  ];
  assert.deepEqual(rows.map((row) => siteQuality(Float32Array.from(row)).r2), [1, 0.25, 0, 0, 0, 0]);
});

Deno.test("estimated R2 holds for rare alleles of many haplotypes", () => {
  const probabilities = new Float32Array(20_000);
  probabilities[7] = 1;
  assert.deepEqual(siteQuality(probabilities), { frequency: 1 / 20_000, r2: 1 });
  const nearly = probabilities.map((p) => 1 - p);
  assert.ok(Math.abs(siteQuality(nearly).r2 - 1) < 1e-9);
  const r2 = siteQuality(probabilities.fill(1e-6)).r2;
  assert.ok(r2 >= 0 && r2 < 1e-9, `equal probabilities: ${r2}`);
});
