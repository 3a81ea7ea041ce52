import * as tf from "@tensorflow/tfjs-core";
import type { Window } from "./candidates.ts";
import type { PairWindows } from "./pair_program.ts";

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

/** Alleles of samples and where it is known which haplotype has which, as `alignTargets` gives them. */
export interface KnownPhase {
  /** [2·samples, sites]: rows 2s and 2s + 1 are of sample s. */
  alleles: Uint8Array;
  /** [samples, sites]: 1 where phase is known. */
  phased: Uint8Array;
}

/**
 * Genotypes [samples, sites] with heterozygous ones of known phase as REF_ALT and ALT_REF.
 */
export function knownPhase(genotypes: Uint8Array, known: KnownPhase | null, sites: number): Uint8Array {
  if (!known) return genotypes;
  const { alleles, phased } = known;
  return genotypes.map((genotype, at) => {
    if (genotype !== 1 || phased[at] === 0) return genotype;
    const sample = Math.floor(at / sites);
    const first = at + sample * sites;
    const [a, b] = [alleles[first], alleles[first + sites]];
    return a! < b! ? REF_ALT : ALT_REF;
  });
}

/**
 * Haplotypes of a sample, [2, sites], from its calls and the readings of the pair model, [sites, 3]: each heterozygous
 * site is put the way that agrees best with the one before, as it is known or was put; missing alleles are those expected.
 */
export function oriented(calls: Uint8Array, readings: Float32Array): Uint8Array {
  const sites = calls.length;
  const out = new Uint8Array(2 * sites);
  for (let m = 0, before = 0; m < sites; m++) {
    const call = calls[m]!;
    const [dosage, orientation, agreement] = [0, 1, 2].map((i) => readings[3 * m + i]!) as [
      number,
      number,
      number,
    ];
    const difference = orientation + before * agreement;
    if (call === MISSING) {
      out[m] = dosage + difference > 1 ? 1 : 0;
      out[sites + m] = dosage - difference > 1 ? 1 : 0;
    } else if (call === 0 || call === 2) {
      out[m] = out[sites + m] = call / 2;
    } else {
      before = call === ALT_REF ? 1 : call === REF_ALT ? -1 : difference >= 0 ? 1 : -1;
      out[before > 0 ? m : sites + m] = 1;
    }
  }
  return out;
}
