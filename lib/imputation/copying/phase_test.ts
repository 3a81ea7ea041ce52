import { deepEqual, ok, rejects } from "node:assert/strict";
import { liveBuffers } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { UserError } from "../../errors.ts";
import { type PairPhasingTask, phase } from "./phase.ts";
import { drawnAlleles, draws } from "./support_test.ts";

const [K, M, SAMPLES] = [30, 500, 4];
/** 1 cM in 1,000 sites and this rate: about one change of a haplotype in all. */
const OPTIONS = { ne: 1500, candidates: 16 };

/** Samples whose haplotypes are mosaics of two of the reference's, and the truth. */
function mosaics(): { task: PairPhasingTask; truth: Uint8Array } {
  const reference = drawnAlleles(1, K * M);
  const truth = new Uint8Array(2 * SAMPLES * M);
  for (let h = 0; h < 2 * SAMPLES; h++) {
    const [first, second, part] = draws(100 + h, 3) as unknown as [number, number, number];
    for (let m = 0; m < M; m++) {
      const k = Math.floor((m < part * M ? first : second) * K);
      truth[h * M + m] = reference[k * M + m]!;
    }
  }
  const missing = draws(2, SAMPLES * M);
  const genotypes = Uint8Array.from(missing, (u, i) => {
    const first = i + Math.floor(i / M) * M;
    return u < 0.05 ? 255 : truth[first]! + truth[first + M]!;
  });
  const centimorgans = Float64Array.from({ length: M }, (_, m) => m / 1000);
  return { task: { reference, genotypes, known: null, centimorgans }, truth };
}

/** A sample's two haplotypes in the order that is nearer to the truth's: how many alleles differ. */
function errors(found: Uint8Array, truth: Uint8Array, sample: number): number {
  const row = (rows: Uint8Array, h: number) => rows.subarray((2 * sample + h) * M, (2 * sample + h + 1) * M);
  const differing = (h: number) =>
    [0, 1].reduce((sum, i) => sum + row(found, i).filter((a, m) => a !== row(truth, i ^ h)[m]).length, 0);
  return Math.min(differing(0), differing(1));
}

xlaTest("mosaics of the reference are phased and filled as they were made", async () => {
  const { task, truth } = mosaics();
  const told: number[] = [];
  const { haplotypes } = await phase(task, { ...OPTIONS, onProgress: (share) => told.push(share) });
  task.genotypes.forEach((genotype, i) => {
    const first = i + Math.floor(i / M) * M;
    if (genotype !== 255) deepEqual(haplotypes[first]! + haplotypes[first + M]!, genotype);
  });
  const found = Array.from({ length: SAMPLES }, (_, s) => errors(haplotypes, truth, s));
  ok(Math.max(...found) <= 6, `alleles that differ: ${found}`);
  deepEqual(told.at(-1), 1);
  ok(told.every((share, i) => share > (told[i - 1] ?? 0)));
});

xlaTest("the same task gives the same bits, whatever fits in memory, and leaves no buffer", async () => {
  const { task } = mosaics();
  const first = await phase(task, OPTIONS);
  const before = liveBuffers();
  deepEqual(await phase(task, OPTIONS), first);
  deepEqual(liveBuffers(), before);
  deepEqual(await phase(task, { ...OPTIONS, memory: 1 }), first);
});

/** Likelihoods of what two to nine reads with errors of 1 % show of the truth, and the likeliest genotypes. */
function reads(truth: Uint8Array): { likelihoods: Float32Array; genotypes: Uint8Array } {
  const likelihoods = new Float32Array(3 * SAMPLES * M);
  const genotypes = Uint8Array.from({ length: SAMPLES * M }, (_, i) => {
    const first = i + Math.floor(i / M) * M;
    const share = (truth[first]! + truth[first + M]!) / 2;
    const numbers = draws(1000 + i, 10);
    const count = 2 + Math.floor(8 * numbers[0]!);
    const alt = numbers.subarray(1, 1 + count).filter((u) => u < 0.01 + 0.98 * share).length;
    const values = [0.01, 0.5, 0.99].map((p) => p ** alt * (1 - p) ** (count - alt));
    const most = Math.max(...values);
    likelihoods.set(values.map((value) => value / most), 3 * i);
    return values.indexOf(most);
  });
  return { likelihoods, genotypes };
}

xlaTest("genotypes of which there are but likelihoods are found and phased", async () => {
  const { task, truth } = mosaics();
  const { likelihoods, genotypes } = reads(truth);
  const called = genotypes.filter((genotype, i) => {
    const first = i + Math.floor(i / M) * M;
    return genotype !== truth[first]! + truth[first + M]!;
  }).length;
  const { haplotypes } = await phase({ ...task, genotypes, likelihoods }, OPTIONS);
  const found = Array.from({ length: SAMPLES }, (_, s) => errors(haplotypes, truth, s));
  ok(called > 50 && Math.max(...found) <= 12, `wrong calls: ${called}, alleles that differ: ${found}`);
});

xlaTest("likelihoods of one genotype are that call, and none leave it as it is", async () => {
  const { task } = mosaics();
  const likelihoods = new Float32Array(3 * SAMPLES * M);
  const half = draws(5, SAMPLES * M);
  task.genotypes.forEach((genotype, i) => {
    if (half[i]! < 0.5 && genotype !== 255) likelihoods[3 * i + genotype] = 1;
  });
  const [soft, hard] = [await phase({ ...task, likelihoods }, OPTIONS), await phase(task, OPTIONS)];
  const differing = soft.haplotypes.filter((allele, i) => allele !== hard.haplotypes[i]).length;
  ok(differing <= 4, `${differing}`);
});

xlaTest("known phase is kept and decides which haplotype comes first", async () => {
  const { task, truth } = mosaics();
  const phased = Uint8Array.from(draws(3, SAMPLES * M), (u) => u < 0.1 ? 1 : 0);
  const swapped = Uint8Array.from(truth, (_, i) => truth[Math.floor(i / M) % 2 ? i - M : i + M]!);
  for (const alleles of [truth, swapped]) {
    const { haplotypes } = await phase({ ...task, known: { alleles, phased, sets: null } }, {
      ...OPTIONS,
      passes: 1,
    });
    const wrong = haplotypes.filter((allele, i) => allele !== alleles[i]).length;
    ok(wrong <= 24, `${wrong} alleles differ`);
    phased.forEach((known, i) => {
      const at = i + Math.floor(i / M) * M;
      if (known === 1 && task.genotypes[i] === 1) deepEqual(haplotypes[at], alleles[at]);
    });
  }
});

xlaTest("blocks of known phase may stand either way, and are kept", async () => {
  const { task, truth } = mosaics();
  // Blocks of 25 sites; every other one is written the other way round in the second file.
  const sets = Int32Array.from({ length: SAMPLES * M }, (_, i) => 1 + Math.floor(i % M / 25));
  const phased = Uint8Array.from(draws(4, SAMPLES * M), (u) => u < 0.7 ? 1 : 0);
  const setAt = (i: number) => sets[Math.floor(i / M / 2) * M + i % M]!;
  const turned = truth.map((allele, i) =>
    setAt(i) % 2 === 1 ? allele : truth[Math.floor(i / M) % 2 ? i - M : i + M]!
  );
  const phaseOf = async (alleles: Uint8Array) =>
    (await phase({ ...task, known: { alleles, phased, sets } }, OPTIONS)).haplotypes;
  const found = await phaseOf(truth);
  for (let s = 0; s < SAMPLES; s++) ok(errors(found, truth, s) <= 6, `sample ${s}`);
  deepEqual(await phaseOf(turned), found);
});

xlaTest("one site, two haplotypes and one sample are enough", async () => {
  const one = async (genotype: number) => {
    const genotypes = Uint8Array.of(genotype);
    const task = { reference: Uint8Array.of(0, 1), genotypes, known: null, centimorgans: [0] };
    return [...(await phase(task)).haplotypes];
  };
  deepEqual([await one(0), await one(2)], [[0, 0], [1, 1]]);
  deepEqual((await one(1)).sort(), [0, 1]);
  ok((await one(255)).every((allele) => allele <= 1));
});

xlaTest("what does not fit is named", async () => {
  const { task } = mosaics();
  const refused = (promise: Promise<unknown>, message: RegExp) =>
    rejects(promise, (error: Error) => {
      ok(error instanceof UserError && message.test(error.message), error.message);
      return true;
    });
  await refused(
    phase({ ...task, genotypes: new Uint8Array(M + 1) }),
    /genotypes: expected rows of 500 sites/,
  );
});
