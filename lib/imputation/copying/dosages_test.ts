import { deepEqual, ok, rejects } from "node:assert/strict";
import { liveBuffers } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { UserError } from "../../errors.ts";
import { copyingDosages, type CopyingTask } from "./dosages.ts";
import { drawnAlleles, drawnDistances, draws, moveChance, posteriors } from "./support_test.ts";

/** Alleles of which about one in eight is 255. */
const withMissing = (name: number, alleles: Uint8Array): Uint8Array => {
  const u = draws(name, alleles.length);
  return alleles.map((allele, i) => u[i]! < 0.125 ? 255 : allele);
};

const OPTIONS = { ne: 500, mismatch: 0.01 };

/** A task of random alleles; targets are spread over the sites' range and beyond its ends. */
function drawnTask(K: number, Q: number, M: number, T: number, step = 0.1): CopyingTask {
  const centimorgans = drawnDistances(1, M, step);
  const length = centimorgans[M - 1]! + 0.2;
  return {
    reference: drawnAlleles(2, K * M),
    query: withMissing(3, drawnAlleles(4, Q * M)),
    centimorgans,
    targets: {
      alleles: drawnAlleles(5, K * T),
      centimorgans: draws(6, T).map((u) => u * length - 0.1).sort(),
    },
  };
}

/** The definition, in float64. @param chance of what a query has at a place [Q, M] if an allele is copied */
function naive(
  { reference, query, centimorgans, targets }: CopyingTask,
  chance = (at: number, copied: number): number =>
    query[at] === 255 ? 1 : query[at] === copied ? 1 - OPTIONS.mismatch : OPTIONS.mismatch,
): number[] {
  const [M, T] = [centimorgans.length, targets.centimorgans.length];
  const K = reference.length / M;
  const { ne } = OPTIONS;
  return Array.from({ length: query.length / M }, (_, q) => {
    const states = posteriors(
      M,
      K,
      (m, k) => chance(q * M + m, reference[k * M + m]!),
      (m, j, k) => moveChance(centimorgans[m + 1]! - centimorgans[m]!, ne, K, K, j === k),
    );
    return Array.from({ length: T }, (_, t) => {
      const at = targets.centimorgans[t]!;
      const right = Array.from(centimorgans).findIndex((cm) => cm > at);
      const [a, b] = right === 0 ? [0, 0] : right < 0 ? [M - 1, M - 1] : [right - 1, right];
      const share = a === b ? 0 : (at - centimorgans[a]!) / (centimorgans[b]! - centimorgans[a]!);
      return states[a]!.reduce(
        (sum, p, k) => sum + ((1 - share) * p + share * states[b]![k]!) * targets.alleles[k * T + t]!,
        0,
      );
    });
  }).flat();
}

const near = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  deepEqual(found.length, expected.length);
  for (let i = 0; i < found.length; i++) {
    ok(Math.abs(found[i]! - expected[i]!) < 1e-5, `${i}: ${found[i]} is not ${expected[i]}`);
  }
};

for (
  const [name, ...size] of [
    ["several segments", 7, 5, 150, 90],
    ["many targets between two sites", 4, 3, 3, 100],
    ["two haplotypes", 2, 1, 20, 10],
    ["one haplotype", 1, 2, 5, 4],
    ["one site", 5, 2, 1, 9],
    ["sites at one place", 6, 3, 12, 8, 0],
  ] as [string, number, number, number, number, number?][]
) {
  xlaTest(`dosages are those of the definition: ${name}`, async () => {
    const task = drawnTask(...size);
    near(await copyingDosages(task, OPTIONS), naive(task));
  });
}

xlaTest("evidence weighs alleles: sure evidence is an allele, and a half is none", async () => {
  const task = drawnTask(7, 5, 150, 90);
  const sure = Float32Array.from(task.query, (allele) => allele === 255 ? 0.5 : allele);
  near(await copyingDosages({ ...task, evidence: sure }, OPTIONS), naive(task));
  const evidence = draws(8, task.query.length);
  const { mismatch } = OPTIONS;
  near(
    await copyingDosages({ ...task, evidence }, OPTIONS),
    naive(task, (at, allele) => {
      const alt = evidence[at]! * (1 - mismatch) + (1 - evidence[at]!) * mismatch;
      return allele === 1 ? alt : 1 - alt;
    }),
  );
});

xlaTest("with little memory fewer queries walk at once, and dosages are the same", async () => {
  const task = drawnTask(6, 40, 20, 15);
  const few = 4 * 6 * (1 + 64 + 8) * 17;
  near(await copyingDosages(task, { ...OPTIONS, memory: few }), naive(task));
  near(await copyingDosages(task, { ...OPTIONS, memory: 1 }), naive(task));
});

xlaTest("a long stretch that fits no haplotype underflows nowhere", async () => {
  const M = 400;
  const [p] = await copyingDosages({
    reference: new Uint8Array(2 * M),
    query: new Uint8Array(M).fill(1),
    centimorgans: new Float64Array(M),
    targets: { alleles: Uint8Array.of(1, 0), centimorgans: [0] },
  });
  near([p!], [0.5]);
});

xlaTest("nothing stays on the device, and no target is no dosage", async () => {
  const task = drawnTask(3, 2, 70, 5);
  await copyingDosages(task);
  const before = liveBuffers();
  await copyingDosages(task);
  deepEqual(liveBuffers(), before);
  deepEqual((await copyingDosages(drawnTask(3, 2, 4, 0))).length, 0);
});

xlaTest("what does not fit is named", async () => {
  const task = drawnTask(3, 2, 4, 5);
  const refused = (change: Partial<CopyingTask>, message: RegExp) =>
    rejects(copyingDosages({ ...task, ...change }), (error: Error) => {
      ok(error instanceof UserError && message.test(error.message), error.message);
      return true;
    });
  await refused({ centimorgans: [] }, /at least one site/);
  await refused({ reference: new Uint8Array(13) }, /reference: expected rows of 4 sites, found 13 values/);
  await refused({ query: new Uint8Array() }, /query: expected rows of 4 sites, found 0 values/);
});
