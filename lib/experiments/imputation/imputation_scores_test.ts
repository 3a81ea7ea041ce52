import { equal, ok } from "node:assert/strict";
import { dosages, mafBin, meanTargetR2, minorR2, pooledR2 } from "../../baselines/genotype_r2.ts";
import type { ImputationWindow } from "../../data/genotypes/windows_data.ts";
import { threefryUniform } from "@spin/xla/threefry";
import { binR2, imputationScores, meanTarget } from "./imputation_scores.ts";

const [ROWS, TARGETS, ALLELES] = [8, 6, 400];

/** A made-up window with the last target constant in truth, and two whose ALT is the major allele. */
function made(seed: number) {
  const draws = threefryUniform(seed, 0, 0, 2 * ROWS * TARGETS);
  const truth = Uint8Array.from(
    { length: ROWS * TARGETS },
    (_, i) => Number(i % TARGETS < 5 && draws[i]! < 0.5),
  );
  const predicted = Float64Array.from(truth, (y, i) => 0.6 * y + 0.4 * draws[ROWS * TARGETS + i]!);
  const counts = Uint32Array.of(1, 399, 10, 100, 300, 150);
  const window = { counts, alleles: ALLELES } as ImputationWindow;
  const bin = [...counts].map((count) => mafBin(count, ALLELES));
  const altIsMajor = [...counts].map((count) => Number(2 * count > ALLELES));
  return { scored: { predicted, truth, targets: TARGETS }, window, bin, altIsMajor };
}
const close = (a: number, b: number) => ok(Math.abs(a - b) < 1e-12, `${a} and ${b}`);

Deno.test("scores of a window are those of the measures they are named after", () => {
  const { scored, window, bin, altIsMajor } = made(1);
  const metrics = imputationScores(scored, window);
  close(metrics["r2"]!, pooledR2(scored));
  close(
    metrics["dosageR2"]!,
    pooledR2({ targets: TARGETS, predicted: dosages(scored.predicted), truth: dosages(scored.truth) }),
  );
  close(metrics["targetR2"]!, meanTargetR2([{ ...scored, bin, altIsMajor, alleles: 1 }]));
  equal(metrics["targets"], 5);
});

Deno.test("bins of windows are put together as if they had been measured together", () => {
  const parts = [made(1), made(2)];
  const metrics = parts.map(({ scored, window }) => imputationScores(scored, window));
  const whole = parts.map(({ scored, bin, altIsMajor }) => ({
    ...scored,
    bin,
    altIsMajor,
    alleles: 1 as const,
  }));
  for (const bin of [0, 1, 2]) close(binR2(metrics, bin), minorR2(whole, bin));
  close(meanTarget(metrics), meanTargetR2(whole));
  ok(Number.isNaN(binR2([...metrics, {}], 1)));
});
