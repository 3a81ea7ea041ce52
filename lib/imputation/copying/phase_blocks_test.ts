import { deepEqual, equal } from "node:assert/strict";
import { ALT_REF, knownPhase, oriented, REF_ALT } from "./pair_program.ts";
import { phaseBlocks } from "./phase_blocks.ts";

Deno.test("haplotypes may be exchanged between the last call of a set and the first of the next", () => {
  const calls = Uint8Array.of(0, REF_ALT, 1, ALT_REF, 2, REF_ALT, 1, 0, REF_ALT, 1, REF_ALT, 1, 1, 1);
  const sets = Int32Array.of(0, 5, 0, 5, 0, 7, 0, 0, 7, 0, 7, 0, 0, 0);
  deepEqual([...phaseBlocks(calls, sets, 7)!.cuts], [0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  equal(phaseBlocks(calls, sets.map((set) => set && 5), 7), null);
  equal(phaseBlocks(calls, null, 7), null);
});

Deno.test("a call that is alone in its set has no phase", () => {
  const known = {
    alleles: Uint8Array.of(0, 1, 0, 1, 0, 1),
    phased: Uint8Array.of(1, 1, 1),
    sets: Int32Array.of(1, 2, 1),
  };
  deepEqual([...knownPhase(Uint8Array.of(1, 1, 1), known, 3)], [REF_ALT, 1, REF_ALT]);
});

Deno.test("blocks are put as a whole, those within others too", () => {
  const calls = Uint8Array.of(REF_ALT, REF_ALT, ALT_REF, REF_ALT, REF_ALT);
  // dosage, orientation, agreement: of the second block's first site with the one before -0.9.
  const readings = [[1, -1, 0], [1, -1, -0.9], [1, 1, 0.1], [1, -1, 0.3], [1, -1, 0.3]].flat();
  const text = (sets: number[]) =>
    oriented(calls, Float32Array.from(readings), Int32Array.from(sets)).join("");
  equal(text([1, 2, 2, 2, 2]), "0101110100");
  equal(text([1, 2, 2, 1, 2]), "0100110110");
});
