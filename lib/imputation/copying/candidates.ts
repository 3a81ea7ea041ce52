import * as tf from "@tensorflow/tfjs-core";
import { type Compiled, jit } from "../../engine/mod.ts";
import type { Window } from "./windows.ts";

/** Haplotypes are compared block by block. */
const BLOCK = 32;
/** Weights of mismatches in a block itself and in those one and two away: long matches come first among equal ones. */
const NEAR = [10, 3, 1];

/** What rows of alleles ask of a haplotype: one row a sample, or two. */
interface CandidateQuery {
  /** [rows, sites]: 1 where ALT is a mismatch. */
  notAlt: Uint8Array;
  /** [rows, sites]: 1 where REF is a mismatch. */
  notRef: Uint8Array;
  rowsPerSample: 1 | 2;
}

/** Haplotypes to choose from. */
export interface Pool {
  /** [count, sites] */
  alleles: Uint8Array;
  count: number;
  /** From this one on haplotypes are the samples' own, two each; a sample is no candidate for itself. */
  own: number;
}

/** Of genotypes: a homozygous call asks for its allele, others for nothing. */
export const genotypeQuery = (genotypes: Uint8Array): CandidateQuery => ({
  notAlt: genotypes.map((g) => g === 0 ? 1 : 0),
  notRef: genotypes.map((g) => g === 2 ? 1 : 0),
  rowsPerSample: 1,
});

/** Of haplotypes: every allele. */
export const haplotypeQuery = (haplotypes: Uint8Array): CandidateQuery => ({
  notAlt: haplotypes.map((allele) => 1 - allele),
  notRef: haplotypes,
  rowsPerSample: 2,
});

/**
 * For each sample and window the haplotypes nearest to it in turn by block and row, [samples, windows, wanted].
 *
 * @param wanted at most as many as there are for each sample
 * @param memory bytes for distances
 */
export async function chooseCandidates(
  pool: Pool,
  query: CandidateQuery,
  windows: readonly Window[],
  wanted: number,
  memory: number,
): Promise<Int32Array> {
  const sites = pool.alleles.length / pool.count;
  const blocks = Math.ceil(sites / BLOCK);
  const each = query.rowsPerSample;
  const samples = query.notAlt.length / sites / each;
  // Sums of neighbours are held beside the distances.
  const step = Math.max(1, Math.min(samples, 32, Math.floor(memory / (16 * blocks * pool.count * each))));
  const program = distances();
  const alleles = blocked(pool.alleles, pool.count, sites, pool.count);
  const chosen = new Int32Array(samples * windows.length * wanted);
  const order = new Int32Array(each * blocks * wanted);
  for (let from = 0; from < samples; from += step) {
    const rows = [query.notAlt, query.notRef].map((all) =>
      blocked(all.subarray(from * each * sites), Math.min(step, samples - from) * each, sites, step * each)
    ) as [tf.Tensor, tf.Tensor];
    const found = await program.async(alleles, ...rows);
    const values = await found.data() as Float32Array;
    tf.dispose([...rows, found]);
    for (let sample = from; sample < Math.min(samples, from + step); sample++) {
      const own = pool.own + 2 * sample;
      for (let i = 0; i < each * blocks; i++) {
        const start = ((sample - from) * each * blocks + i) * pool.count;
        const row = values.subarray(start, start + pool.count);
        nearest(row, own, order.subarray(i * wanted, (i + 1) * wanted));
      }
      windows.forEach(({ start, end }, w) => {
        const at = (sample * windows.length + w) * wanted;
        const [first, last] = [Math.floor(start / BLOCK), Math.floor((end - 1) / BLOCK)];
        roundRobin(order, blocks, first, last, chosen.subarray(at, at + wanted), pool.count);
      });
    }
  }
  alleles.dispose();
  program.dispose();
  return chosen;
}

/** bool [blocks, rows, BLOCK] of [rows, sites], padded with 0. */
function blocked(values: Uint8Array, rows: number, sites: number, width: number): tf.Tensor {
  const blocks = Math.ceil(sites / BLOCK);
  const out = new Uint8Array(blocks * width * BLOCK);
  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      const part = values.subarray(row * sites + b * BLOCK, row * sites + Math.min(sites, (b + 1) * BLOCK));
      out.set(part, (b * width + row) * BLOCK);
    }
  }
  return tf.tensor(out, [blocks, width, BLOCK], "bool");
}

/** Weighted mismatches, whole numbers [rows, blocks, haplotypes]. */
const distances = (): Compiled<[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor> =>
  jit((pool: tf.Tensor, notAlt: tf.Tensor, notRef: tf.Tensor): tf.Tensor => {
    const [p, a, r] = [pool, notAlt, notRef].map((x) => tf.cast(x, "float32")) as tf.Tensor3D[];
    const here = tf.add(tf.matMul(tf.sub(a!, r!), p!, false, true), tf.sum(r!, 2, true));
    const blocks = here.shape[0]!;
    const padded = tf.pad(here, [[NEAR.length - 1, NEAR.length - 1], [0, 0], [0, 0]]);
    const shifted = (by: number) => tf.slice(padded, [NEAR.length - 1 + by, 0, 0], [blocks, -1, -1]);
    const sum = NEAR.slice(1).reduce(
      (sum, weight, i) => tf.add(sum, tf.mul(weight, tf.add(shifted(i + 1), shifted(-i - 1)))),
      tf.mul(here, NEAR[0]!),
    );
    return tf.transpose(sum, [1, 0, 2]);
  });

/** Counts of each distance; kept, as it is filled again and again. */
const counts = new Int32Array(BLOCK * (NEAR[0]! + 2 * NEAR[1]! + 2 * NEAR[2]!) + 2);

/** The haplotypes of the smallest distances, without `own` and the one after; the first ones of equal distances. */
function nearest(distances: Float32Array, own: number, out: Int32Array): void {
  counts.fill(0);
  for (let k = 0; k < distances.length; k++) counts[distances[k]! + 1]!++;
  for (let d = 1; d < counts.length; d++) counts[d]! += counts[d - 1]!;
  if (own < distances.length) {
    // The two places go to those behind.
    for (const k of [own, own + 1]) for (let d = distances[k]! + 1; d < counts.length; d++) counts[d]!--;
  }
  for (let k = 0; k < distances.length; k++) {
    if (k === own || k === own + 1) continue;
    const place = counts[distances[k]!]!++;
    if (place < out.length) out[place] = k;
  }
}

/** Fills `out` with the first of each row and block, then the second, and so on, each haplotype once. */
function roundRobin(
  order: Int32Array,
  blocks: number,
  first: number,
  last: number,
  out: Int32Array,
  count: number,
): void {
  const taken = new Uint8Array(count);
  const wanted = out.length;
  const rows = order.length / (blocks * wanted);
  let at = 0;
  for (let rank = 0; at < wanted; rank++) {
    for (let b = first; b <= last; b++) {
      for (let row = 0; row < rows && at < wanted; row++) {
        const k = order[(row * blocks + b) * wanted + rank]!;
        if (taken[k] === 0) out[at++] = k;
        taken[k] = 1;
      }
    }
  }
}
