import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { bitMatrix, type Genotypes, getBit } from "../../data/genotypes/genotypes.ts";
import { setBit } from "../../data/genotypes/support_test.ts";
import { readVcf } from "../../data/genotypes/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { imputationSize } from "./sizes.ts";
import { rareVariants, writeTiledReference, writeTiledTargets } from "./tiled.ts";

/** Ten people and 3,000 variants over nearly 3 Mb. */
function genotypes(): Genotypes {
  const [people, n] = [10, 3000];
  const alleles = bitMatrix(n, 2 * people);
  for (let i = 0; i < n; i++) for (let h = 0; h < 2 * people; h += 2 + i % 5) setBit(alleles, i, h);
  return {
    contig: "20",
    samples: Array.from({ length: people }, (_, s) => `S${s}`),
    variants: {
      position: Int32Array.from({ length: n }, (_, i) => 1_000_000 + 999 * i),
      id: Array(n).fill("."),
      ref: Array(n).fill("A"),
      alt: Array(n).fill("C"),
    },
    alleles,
    missing: null,
    unphased: null,
    haploid: null,
    phaseSets: null,
  };
}

Deno.test("a tiled reference has more people, rarer variants and the region again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const reference = genotypes();
    const [path, targets] = [join(folder, "r.vcf.gz"), join(folder, "t.vcf.gz")];
    const written = writeTiledReference(path, reference, 25, 3_500_000);
    const { genotypes: tiled } = await readVcf(path, { require: "phased" });
    equal(tiled.samples.length, 25);
    equal(tiled.variants.position.length, written);
    const more = rareVariants(reference, 25);
    ok(more > 0 && Math.abs(written / 3501 - 1 - more) < 0.05, `${written}, ${more}`);
    equal(rareVariants(reference, 10), 0);
    // A haplotype is one of the reference's for 100 kb.
    const first = Array.from({ length: 90 }, (_, i) => tiled.variants.position.indexOf(1_000_000 + 999 * i));
    for (const h of [0, 7, 49]) {
      const same = Array.from(
        { length: 20 },
        (_, source) =>
          first.every((row, i) => getBit(tiled.alleles, row, h) === getBit(reference.alleles, i, source)),
      );
      ok(same.includes(true), `haplotype ${h}`);
    }
    writeTiledTargets(targets, reference, 1_000_000, 3_500_000);
    const { genotypes: people } = await readVcf(targets);
    equal(people.variants.position.length, 3501);
    deepEqual(people.variants.position.slice(-1), Int32Array.of(4_499_500));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a report has time and memory, and the whole chromosome by a tenth of it", async () => {
  const runs = await imputationSize.runs(imputationSize.settings("quick"));
  equal(runs.length, 12);
  const records = runs.map(({ identity }) => {
    const { donors, megabases } = identity!.configuration as unknown as { donors: number; megabases: number };
    const seconds = donors * megabases / 10;
    return {
      ...identity!,
      metrics: {
        variants: 5,
        seconds,
        readSeconds: 1,
        phaseSeconds: 2,
        imputeSeconds: 3,
        peakBytes: 1e9 + 1e8 * megabases,
      },
    };
  }) as unknown as RunRecord[];
  const { tables, figures, verdict } = imputationSize.report(records);
  equal(tables["sizes"]!.rows[0]!.label, "300, 0.5, default");
  deepEqual(Object.keys(figures), [
    "time_by_people",
    "memory_by_people",
    "time_by_length",
    "memory_by_length",
  ]);
  match(
    verdict,
    /^- Chromosome 20 with 2504 people in the reference, default: about .* and 7\.3 GB, from 6\.3 Mb in/,
  );
  deepEqual(imputationSize.report(records.slice(0, 1)).figures, {});
  equal(imputationSize.report(records.slice(0, 1)).verdict, "");
});

Deno.test("sizes that are none are named", async () => {
  await rejects(
    async () => await imputationSize.runs(imputationSize.settings("quick", { sizes: "300" })),
    /sizes: expected people and megabases such as 300x1, found "300"/,
  );
});
