import * as tf from "@tensorflow/tfjs-core";
import type { PairWindows } from "./pair_program.ts";
import type { Window } from "./windows.ts";

/** A genotype as the pair model takes it: 0, 1 and 2, or one of these. */
export const MISSING = 255;
export const REF_ALT = 3;
export const ALT_REF = 4;

/** What batches are made of. */
export interface PairSource {
  /** [samples, sites]: 0, 1, 2, REF_ALT and ALT_REF where phase is known, MISSING. */
  calls: Uint8Array;
  /** [haplotypes, sites] */
  alleles: Uint8Array;
  /** [samples, windows, K]: haplotypes that a sample may copy in a window. */
  candidates: Int32Array;
  windows: readonly Window[];
  /** [sites]: the chance of a change on the way to the next site. */
  changes: Float32Array;
  mismatch: number;
}

/** Chances of calls by the alleles of the copied haplotypes, 00, 01, 10 and 11. */
function chancesOf(mismatch: number): Map<number, number[]> {
  const [x, o] = [mismatch, 1 - mismatch];
  return new Map([
    [0, [o * o, o * x, x * o, x * x]],
    [1, [2 * o * x, o * o + x * x, x * x + o * o, 2 * x * o]],
    [2, [x * x, x * o, o * x, o * o]],
    [REF_ALT, [o * x, o * o, x * x, x * o]],
    [ALT_REF, [x * o, x * x, o * o, o * x]],
    [MISSING, [1, 1, 1, 1]],
  ]);
}

/**
 * Windows `from` to `from + size` of all samples' (those of the first sample come first) as tensors; what is beyond the
 * last one says nothing.
 */
export function pairBatch(source: PairSource, from: number, size: number): PairWindows {
  const { calls, alleles, candidates, windows, changes, mismatch } = source;
  const sites = changes.length;
  const items = calls.length / sites * windows.length;
  const K = candidates.length / items;
  const W = windows[0]!.end;
  const table = chancesOf(mismatch);
  const copied = new Uint8Array(W * size * K);
  const chances = new Float32Array(W * size * 4).fill(1);
  const moves = Float32Array.from({ length: W * size * 2 }, (_, i) => 1 - i % 2);
  const heterozygous = new Float32Array(W * size);
  for (let i = 0; i < Math.min(size, items - from); i++) {
    const sample = Math.floor((from + i) / windows.length);
    const { start } = windows[(from + i) % windows.length]!;
    for (let w = 0; w < W; w++) {
      const at = w * size + i;
      const call = calls[sample * sites + start + w]!;
      chances.set(table.get(call)!, at * 4);
      heterozygous[at] = call === 1 || call === REF_ALT || call === ALT_REF ? 1 : 0;
      const change = changes[start + w]!;
      moves.set([1 - change, change], at * 2);
    }
    for (let k = 0; k < K; k++) {
      const row = candidates[(from + i) * K + k]! * sites + start;
      for (let w = 0; w < W; w++) copied[(w * size + i) * K + k] = alleles[row + w]!;
    }
  }
  return {
    alleles: tf.tensor(copied, [W, size, K], "bool"),
    chances: tf.tensor(chances, [W, size, 4]),
    moves: tf.tensor(moves, [W, size, 2]),
    heterozygous: tf.tensor(heterozygous, [W, size]),
  };
}
