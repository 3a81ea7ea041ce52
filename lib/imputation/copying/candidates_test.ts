import { deepEqual, ok } from "node:assert/strict";
import { xlaTest } from "../../engine/support_test.ts";
import { chooseCandidates, genotypeQuery, haplotypeQuery } from "./candidates.ts";
import { drawnAlleles } from "./support_test.ts";

const MEMORY = 1e8;

xlaTest("the haplotypes that a sample is made of come first, its own never", async () => {
  const [K, M] = [12, 100];
  const reference = drawnAlleles(1, K * M);
  const row = (k: number) => reference.subarray(k * M, (k + 1) * M);
  const found = Uint8Array.from([3, 8, 5, 3].flatMap((k) => [...row(k)]));
  const pool = { alleles: Uint8Array.from([...reference, ...found]), count: K + 4, own: K };
  const windows = [{ start: 0, end: 60 }, { start: 40, end: 100 }];
  for (const memory of [MEMORY, 1]) {
    const chosen = await chooseCandidates(pool, haplotypeQuery(found), windows, 4, memory);
    // Sample 0 copies 3 and 8 and finds 3 in sample 1 again, whose haplotypes are 14 and 15; and so on.
    const sets = [0, 1, 2, 3].map((i) => new Set(chosen.subarray(4 * i, 4 * i + 4)));
    for (const set of sets.slice(0, 2)) ok([3, 8, 15].every((k) => set.has(k)) && !set.has(12));
    for (const set of sets.slice(2)) ok([3, 5, 12].every((k) => set.has(k)) && !set.has(15));
  }
});

xlaTest("genotypes ask for their homozygous alleles alone", async () => {
  const M = 33;
  const pool = {
    alleles: Uint8Array.from([new Uint8Array(M).fill(1), new Uint8Array(M)].flatMap((row) => [...row])),
    count: 2,
    own: 2,
  };
  const genotypes = new Uint8Array(M).fill(1);
  const first = async () => [
    ...await chooseCandidates(pool, genotypeQuery(genotypes), [{ start: 0, end: M }], 1, MEMORY),
  ];
  deepEqual(await first(), [0]);
  genotypes[M - 1] = 0;
  deepEqual(await first(), [1]);
  genotypes[M - 1] = 255;
  genotypes[0] = 2;
  deepEqual(await first(), [0]);
});
