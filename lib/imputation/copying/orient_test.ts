import { deepEqual } from "node:assert/strict";
import { ALT_REF, MISSING, oriented, REF_ALT } from "./pair_program.ts";

/** The two haplotypes as texts, from calls and readings (dosage, orientation, agreement) of each site. */
function phased(calls: number[], readings: number[][]): string[] {
  const text = oriented(Uint8Array.from(calls), Float32Array.from(readings.flat())).join("");
  return [text.slice(0, calls.length), text.slice(calls.length)];
}

Deno.test("heterozygous sites follow the one before", () => {
  const readings = [[1, 0, 0], [0, 0, 0], [1, 0, 0.9], [2, 0, 0], [1, 0, -0.8], [1, 0, 0.2]];
  deepEqual(phased([1, 0, 1, 2, 1, 1], readings), ["101100", "000111"]);
});

Deno.test("known phase is kept, and what is read of it decides", () => {
  deepEqual(phased([REF_ALT, 1, ALT_REF, 1], [[1, -1, 0], [1, -0.9, 1], [1, 1, 0.3], [1, 0.1, -0.6]]), [
    "0010",
    "1101",
  ]);
});

Deno.test("missing calls are those expected, on the haplotype that agrees", () => {
  const readings = [[1, 0, 0], [0.9, 0, -0.9], [1.8, 0, 0.1], [0.1, 0, 0.1]];
  deepEqual(phased([1, MISSING, MISSING, MISSING], readings), ["1010", "0110"]);
});
