import { deepEqual } from "node:assert/strict";
import { ALT_REF, knownPhase, REF_ALT } from "./pair_program.ts";

Deno.test("known phase marks heterozygous calls alone", () => {
  const genotypes = Uint8Array.of(0, 1, 1, 255, 1, 2);
  const alleles = Uint8Array.of(0, 1, 0, 0, 0, 1, 255, 0, 1, 255, 1, 1);
  const phased = Uint8Array.of(1, 1, 1, 0, 0, 1);
  deepEqual([...knownPhase(genotypes, { alleles, phased, sets: null }, 3)], [0, ALT_REF, REF_ALT, 255, 1, 2]);
  deepEqual(knownPhase(genotypes, null, 3), genotypes);
});
