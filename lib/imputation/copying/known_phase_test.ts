import { deepEqual, throws } from "node:assert/strict";
import { ALT_REF, knownPhase, REF_ALT } from "./pair_batch.ts";

Deno.test("known phase marks heterozygous calls alone", () => {
  const genotypes = Uint8Array.of(0, 1, 1, 255, 1, 2);
  const alleles = Uint8Array.of(0, 1, 0, 0, 0, 1, 255, 0, 1, 255, 1, 1);
  const phased = Uint8Array.of(1, 1, 1, 0, 0, 1);
  deepEqual([...knownPhase(genotypes, { alleles, phased }, 3)], [0, ALT_REF, REF_ALT, 255, 1, 2]);
  deepEqual(knownPhase(genotypes, null, 3), genotypes);
});

Deno.test("phase that does not fit the genotypes is refused", () => {
  const genotypes = Uint8Array.of(0, 1);
  throws(
    () => knownPhase(genotypes, { alleles: new Uint8Array(4), phased: Uint8Array.of(0, 1) }, 2),
    /alleles 0 and 1 of the heterozygous sample 0 at site 1, found 0 and 0/,
  );
  throws(
    () => knownPhase(genotypes, { alleles: new Uint8Array(2), phased: new Uint8Array(2) }, 2),
    /expected 4 alleles and 2 flags, found 2 and 2/,
  );
});
