import assert from "node:assert/strict";
import { callsAt, siteCounts } from "./align.ts";
import { bitMatrix, type Genotypes } from "./genotypes.ts";
import { setBit } from "./support_test.ts";

/** Three variants in three samples: `0|1 1/0 1|1`, `./. 0|0 1|0`, all missing. */
function example(): Genotypes {
  const genotypes: Genotypes = {
    contig: "20",
    samples: ["a", "b", "c"],
    variants: {
      position: Int32Array.of(1, 2, 3),
      id: ["", "", ""],
      ref: ["A", "A", "A"],
      alt: ["C", "C", "C"],
    },
    alleles: bitMatrix(3, 6),
    missing: bitMatrix(3, 3),
    unphased: bitMatrix(3, 3),
    haploid: null,
    phaseSets: null,
  };
  for (const column of [1, 2, 4, 5]) setBit(genotypes.alleles, 0, column);
  setBit(genotypes.alleles, 1, 4);
  setBit(genotypes.unphased!, 0, 1);
  setBit(genotypes.missing!, 1, 0);
  for (const column of [0, 1, 2]) setBit(genotypes.missing!, 2, column);
  return genotypes;
}

Deno.test("calls are taken sample by sample, exchanged where that is asked", () => {
  assert.deepEqual(callsAt(example(), [0, 1, 2], [0, 1, 1]), {
    calls: Uint8Array.of(1, 255, 255, 1, 2, 255, 2, 1, 255),
    alleles: Uint8Array.of(0, 255, 255, 1, 255, 255, 1, 1, 255, 0, 1, 255, 1, 0, 255, 1, 1, 255),
    phased: Uint8Array.of(1, 0, 0, 0, 1, 0, 1, 1, 0),
    sets: null,
    haploid: null,
    likelihoods: null,
  });
  const { phased } = callsAt({ ...example(), missing: null, unphased: null }, [0], [1]);
  assert.deepEqual(phased, Uint8Array.of(1, 1, 1));
  const likelihoods = new Float32Array(3 * 3 * example().variants.position.length);
  likelihoods.set([1, 0.5, 0.25], 3);
  const soft = (flip: number) => [...callsAt({ ...example(), likelihoods }, [0], [flip]).likelihoods!];
  assert.deepEqual(soft(0), [0, 0, 0, 1, 0.5, 0.25, 0, 0, 0]);
  assert.deepEqual(soft(1), [0, 0, 0, 0.25, 0.5, 1, 0, 0, 0]);
});

Deno.test("the frequency of ALT is that among called alleles", () => {
  assert.deepEqual(siteCounts(example(), 0), { frequency: 4 / 6, called: 6, missing: 0 });
  assert.deepEqual(siteCounts(example(), 1), { frequency: 1 / 4, called: 4, missing: 1 / 3 });
  assert.deepEqual(siteCounts(example(), 2), { frequency: NaN, called: 0, missing: 1 });
});
