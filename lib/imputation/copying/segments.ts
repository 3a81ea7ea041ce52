import * as tf from "@tensorflow/tfjs-core";
import { bucketOf } from "../../engine/mod.ts";
import type { Segment, SegmentTargets } from "./programs.ts";
import { SLOTS, type Steps } from "./steps.ts";

/** Steps of a segment: states are held for all of one segment, and at the first step of each. */
export const SEGMENT = 64;

/** How many queries walk together, so that their states on the device stay within `memory` bytes. */
export function queriesAtOnce(queries: number, haplotypes: number, segments: number, memory: number): number {
  // A power of 1.25, to compile few programs; a multiple of 16 suits the processor where memory decides.
  const fitting = Math.floor(memory / (4 * haplotypes * (segments + SEGMENT + 8)));
  const most = fitting < 16 ? Math.max(1, fitting) : fitting - fitting % 16;
  return Math.min(most, bucketOf(queries, { growth: 1.25 }));
}

/** Rows [rows, columns] as steps see them, [segments · SEGMENT, width]: `fill` where there is none. */
export function byStep(
  rows: Uint8Array,
  columns: number,
  { site }: Steps,
  width: number,
  fill: number,
): Uint8Array {
  const count = rows.length / columns;
  const out = new Uint8Array(Math.ceil(site.length / SEGMENT) * SEGMENT * width).fill(fill);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < site.length; i++) out[i * width + row] = rows[row * columns + site[i]!]!;
  }
  return out;
}

/** What segments are cut from. */
export interface Walk {
  steps: Steps;
  /** [sites]: the chance of a change on the way to the next site. */
  changes: Float32Array;
  mismatch: number;
  /** [segments · SEGMENT, K]: the reference's alleles. */
  reference: Uint8Array;
  /** [segments · SEGMENT, Q]: the queries', 255 where missing. */
  queries: Uint8Array;
}

/** The tensors of segment s. */
export function segmentAt({ steps, changes, mismatch, reference, queries }: Walk, s: number): Segment {
  const { site, fresh } = steps;
  const start = s * SEGMENT;
  const moves = new Float32Array(2 * SEGMENT);
  const segments = Math.ceil(site.length / SEGMENT);
  const part = ({ length }: Uint8Array) => [s * length / segments, (s + 1) * length / segments];
  const copied = reference.subarray(...part(reference));
  const alleles = queries.subarray(...part(queries));
  const [K, Q] = [copied.length / SEGMENT, alleles.length / SEGMENT];
  const known = new Uint8Array(alleles.length);
  for (let i = 0; i < SEGMENT; i++) {
    const [here, next] = [site[start + i], site[start + i + 1]];
    const change = here === undefined || next === here ? 0 : changes[here]!;
    moves.set([1 - change, change], 2 * i);
    if (fresh[start + i] !== 1) continue;
    for (let at = i * Q; at < (i + 1) * Q; at++) known[at] = alleles[at] === 255 ? 0 : 1;
  }
  return {
    moves: tf.tensor(moves, [SEGMENT, 2]),
    reference: tf.tensor(copied, [SEGMENT, K, 1], "bool"),
    known: tf.tensor(known, [SEGMENT, 1, Q], "bool"),
    alleles: tf.tensor(alleles.map((allele) => allele & 1), [SEGMENT, 1, Q], "bool"),
    mismatch: tf.scalar(mismatch),
  };
}

/** The targets of segment s, of alleles [K, targets]. */
export function targetsAt({ fresh, first, weight }: Steps, alleles: Uint8Array, s: number): SegmentTargets {
  const start = s * SEGMENT;
  const end = Math.min(fresh.length, start + SEGMENT);
  const T = weight.length;
  const K = alleles.length / T;
  const weights = new Float32Array(SEGMENT * SLOTS);
  for (let i = start; i < end; i++) {
    weights.set(weight.subarray(first[i]!, first[i + 1]!), (i - start) * SLOTS);
  }
  const packed = new Uint8Array(K * SEGMENT * SLOTS);
  for (let k = 0; k < K; k++) {
    for (let i = start; i < end; i++) {
      let at = (k * SEGMENT + i - start) * SLOTS;
      for (let t = first[i]!; t < first[i + 1]!; t++) packed[at++] = alleles[k * T + t]!;
    }
  }
  return {
    fresh: tf.tensor(Float32Array.from({ length: SEGMENT }, (_, i) => fresh[start + i] ?? 0), [SEGMENT]),
    alleles: tf.tensor(packed, [K, SEGMENT, SLOTS], "bool"),
    weights: tf.tensor(weights, [SEGMENT, SLOTS, 1]),
  };
}

/** Puts what segment s found, [Q, SEGMENT, SLOTS], to the targets of some rows of `out` [rows, targets]. */
export function putDosages(
  out: Float32Array,
  found: Float32Array,
  { first, weight }: Steps,
  s: number,
): void {
  const T = weight.length;
  const start = s * SEGMENT;
  const end = Math.min(first.length - 1, start + SEGMENT);
  for (let row = 0; row < out.length / T; row++) {
    for (let i = start; i < end; i++) {
      let at = (row * SEGMENT + i - start) * SLOTS;
      for (let t = first[i]!; t < first[i + 1]!; t++) out[row * T + t] = found[at++]!;
    }
  }
}
