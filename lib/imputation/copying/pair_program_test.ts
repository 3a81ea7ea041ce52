import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, ok } from "node:assert/strict";
import { xlaTest } from "../../engine/support_test.ts";
import { ALT_REF, MISSING, pairBatch, pairReadings, type PairSource, REF_ALT } from "./pair_program.ts";
import { changesBetween } from "./dosages.ts";
import { drawnAlleles, drawnDistances, moveChance, posteriors } from "./support_test.ts";

const [MISMATCH, NE] = [0.02, 300];

/** The definition in float64 for one sample: [dosage, orientation, agreement] by site. */
function naive(calls: number[], alleles: Uint8Array, K: number, cm: Float64Array): number[][] {
  const M = calls.length;
  const a = (state: number, m: number) => alleles[Math.floor(state / K) * M + m]!;
  const b = (state: number, m: number) => alleles[state % K * M + m]!;
  const p = (seen: number, copied: number) => seen === copied ? 1 - MISMATCH : MISMATCH;
  const chance = (m: number, k: number): number => {
    const [x, y] = [a(k, m), b(k, m)];
    const pairs = {
      0: [[0, 0]],
      1: [[0, 1], [1, 0]],
      2: [[1, 1]],
      [REF_ALT]: [[0, 1]],
      [ALT_REF]: [[1, 0]],
    }[calls[m]!];
    return pairs ? pairs.reduce((sum, [s, t]) => sum + p(s!, x) * p(t!, y), 0) : 1;
  };
  const move = (m: number, j: number, k: number): number => {
    const one = (j: number, k: number) => moveChance(cm[m + 1]! - cm[m]!, NE, K, K, j === k);
    return one(Math.floor(j / K), Math.floor(k / K)) * one(j % K, k % K);
  };
  const plain = posteriors(M, K * K, chance, move);
  const s = (k: number, m: number) => a(k, m) - b(k, m);
  const expect = (f: (k: number) => number, m: number) =>
    plain[m]!.reduce((sum, weight, k) => sum + weight * f(k), 0);
  let before = -1;
  return calls.map((call, m) => {
    // The expected product, by conditioning on each s at the site before.
    const agreement = before < 0 ? 0 : [1, -1].reduce((sum, sign) => {
      const at = before;
      const share = expect((k) => s(k, at) === sign ? 1 : 0, at);
      if (share === 0) return sum;
      const given = posteriors(
        M,
        K * K,
        (n, k) => n === at && s(k, n) !== sign ? 0 : chance(n, k),
        move,
      );
      return sum + share * sign * given[m]!.reduce((sum, weight, k) => sum + weight * s(k, m), 0);
    }, 0);
    if (call !== 0 && call !== 2 && call !== MISSING) before = m;
    return [expect((k) => a(k, m) + b(k, m), m), expect((k) => s(k, m), m), agreement];
  });
}

async function readings(source: PairSource, from: number, size: number): Promise<number[][][]> {
  const program = pairReadings();
  const batch = pairBatch(source, from, size);
  const found = await program.async(batch);
  const rows = await found.array() as number[][][];
  tf.dispose([found, ...Object.values(batch)]);
  program.dispose();
  return rows;
}

for (
  const [K, calls] of [
    [4, [1, 0, 1, MISSING, 1, 2, 1]],
    [3, [REF_ALT, 1, 0, MISSING, 1, ALT_REF, 1]],
    [2, [1, 1, 1]],
    [1, [1, 2]],
    [5, [1]],
  ] as [number, number[]][]
) {
  xlaTest(`readings are those of all pairs: ${K} haplotypes, calls ${calls}`, async () => {
    const M = calls.length;
    const alleles = drawnAlleles(K, K * M);
    const cm = drawnDistances(9, M, 0.3);
    const source = {
      calls: Uint8Array.from(calls),
      alleles,
      candidates: Int32Array.from({ length: K }, (_, k) => k),
      windows: [{ start: 0, end: M }],
      changes: changesBetween(cm, K, NE),
      mismatch: MISMATCH,
      blocks: null,
    };
    const expected = naive(calls, alleles, K, cm);
    // The second window of the batch is beyond the last one.
    (await readings(source, 0, 2)).forEach(([row], m) =>
      row!.forEach((value, i) =>
        ok(Math.abs(value - expected[m]![i]!) < 1e-5, `site ${m}, ${i}: ${value}, not ${expected[m]![i]}`)
      )
    );
  });
}

xlaTest("a batch takes each window's sites and candidates", async () => {
  const M = 5;
  const source = {
    calls: Uint8Array.from([0, 0, 0, 0, 0, 2, 2, 2, 2, 2]),
    alleles: Uint8Array.from([new Uint8Array(M), new Uint8Array(M).fill(1)].flatMap((row) => [...row])),
    // Of sample 0 first the wrong haplotypes, then the right ones; of sample 1 the other way round.
    candidates: Int32Array.of(1, 1, 0, 0, 1, 1, 0, 0),
    windows: [{ start: 0, end: 3 }, { start: 2, end: 5 }],
    changes: new Float32Array(M),
    mismatch: 0.01,
    blocks: null,
  };
  const rows = await readings(source, 1, 3);
  deepEqual(rows.map((row) => row.map(([dosage]) => Math.round(dosage!))), Array(3).fill([0, 2, 0]));
});
