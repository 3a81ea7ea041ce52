import * as tf from "@tensorflow/tfjs-core";
import { chooseCandidates, genotypeQuery, haplotypeQuery, type Pool } from "./candidates.ts";
import {
  isSoft,
  type KnownPhase,
  knownPhase,
  MISSING,
  oriented,
  pairBatch,
  pairReadings,
  type PairSource,
  READINGS,
} from "./pair_program.ts";
import { phaseBlocks } from "./phase_blocks.ts";
import { changesBetween, type CopyingOptions, copyingOptions, countHaplotypes } from "./dosages.ts";
import { bestWindows, copyingWindows, type Window } from "./windows.ts";

/** Samples to phase with K haplotypes of a reference, at M sites. */
export interface PairPhasingTask {
  /** [K, M]: alleles 0 and 1. */
  reference: Uint8Array;
  /** [samples, M]: dosages of ALT 0, 1, 2, or 255 where missing. */
  genotypes: Uint8Array;
  /** [samples, M, 3]: likelihoods of genotypes, as in SoftCalls; null if all calls stand by themselves. */
  likelihoods?: Float32Array | null;
  /** Phase that is known at some heterozygous sites, and is kept; null if none is. */
  known: KnownPhase | null;
  /** [M]: where the sites are, not decreasing. */
  centimorgans: ArrayLike<number>;
}

/** Defaults chosen on the validation people of B1, R2 of what is then imputed: 0.9756 as with 64 and two passes, in half the time. */
interface PhasingOptions extends CopyingOptions {
  /** Haplotypes that a sample may copy in a window; 32 by default. Time grows with their square. */
  candidates?: number;
  /** How often to phase, each time with candidates by the haplotypes found before; 3 by default. */
  passes?: number;
  /** Told after each batch what share is done; what it throws ends the work. */
  onProgress?: (share: number) => void;
}

/** Sites of a window, and those that it shares with the next one. */
const WINDOW = 384;
const OVERLAP = 64;
/** Windows in a batch at most: their states should stay in the processor's cache. */
const BATCH = 16;

/**
 * Phases genotypes by the copying model of two haplotypes at once: exact over pairs of the haplotypes that resemble the
 * sample most in a window, among those of the reference and, from the second pass on, those found for the other samples.
 * Genotypes that are called are kept, missing ones filled in. Nothing is drawn at random.
 *
 * @returns `haplotypes` [2·samples, M]; rows 2s and 2s + 1 are those of sample s
 * @throws UserError if there is no site or no sample.
 */
export async function phase(
  task: PairPhasingTask,
  options: PhasingOptions = {},
): Promise<{ haplotypes: Uint8Array }> {
  const { reference, genotypes, centimorgans, likelihoods = null } = task;
  const { ne, mismatch, memory } = copyingOptions(options);
  const { candidates = 32, passes = 3, onProgress = () => {} } = options;
  const M = centimorgans.length;
  const K = countHaplotypes("reference", reference, M);
  const samples = countHaplotypes("genotypes", genotypes, M);
  const known = knownPhase(genotypes, task.known, M);
  const calls = likelihoods ? known.map((call, at) => isSoft(likelihoods, at) ? MISSING : call) : known;
  const blocks = phaseBlocks(calls, task.known?.sets ?? null, M);

  const windows = copyingWindows(M, WINDOW, OVERLAP);
  // As many sites in each 64, so that few programs serve all.
  const width = 64 * Math.ceil(windows[0]!.end / 64);
  const wanted = Math.min(candidates, K);
  const changes = changesBetween(centimorgans, K, ne);
  let haplotypes: Uint8Array | undefined;
  for (let pass = 0; pass < passes; pass++) {
    const pool = poolOf(reference, K, haplotypes, M);
    const query = haplotypes ? haplotypeQuery(haplotypes) : genotypeQuery(genotypes);
    const chosen = await chooseCandidates(pool, query, windows, wanted, memory);
    const source = {
      calls,
      alleles: pool.alleles,
      candidates: chosen,
      windows,
      changes,
      mismatch,
      blocks,
      width,
      soft: likelihoods && { likelihoods, anchors: anchorsOf(likelihoods, haplotypes, M) },
    };
    haplotypes = await phaseOnce(source, samples, memory, (share) => onProgress((pass + share) / passes));
  }
  return { haplotypes: haplotypes! };
}

/** A genotype is heterozygous by its likelihoods alone if this has such a share. */
const SURE = 0.9;

/** Where genotypes of which there are likelihoods are heterozygous [samples, M]: by the haplotypes found before, if there are. */
function anchorsOf(likelihoods: Float32Array, haplotypes: Uint8Array | undefined, M: number): Uint8Array {
  return Uint8Array.from({ length: likelihoods.length / 3 }, (_, at) => {
    if (!isSoft(likelihoods, at)) return 0;
    if (haplotypes) {
      const first = at + Math.floor(at / M) * M;
      return haplotypes[first] === haplotypes[first + M] ? 0 : 1;
    }
    const [none, one, two] = likelihoods.subarray(3 * at, 3 * at + 3);
    return Number(one! >= SURE * (none! + one! + two!));
  });
}

/** The reference's haplotypes and those found for the samples. */
function poolOf(reference: Uint8Array, K: number, found: Uint8Array | undefined, M: number): Pool {
  if (!found) return { alleles: reference, count: K, own: K };
  const alleles = new Uint8Array(reference.length + found.length);
  alleles.set(reference);
  alleles.set(found, reference.length);
  return { alleles, count: alleles.length / M, own: K };
}

/** Haplotypes [2·samples, M] by candidates that are chosen. */
async function phaseOnce(
  source: PairSource,
  samples: number,
  memory: number,
  onProgress: (share: number) => void,
): Promise<Uint8Array> {
  const { windows, candidates, calls, changes, blocks, soft } = source;
  const M = changes.length;
  const items = samples * windows.length;
  const K = candidates.length / items;
  const W = source.width ?? windows[0]!.end;
  const size = Math.max(1, Math.min(BATCH, items, Math.floor(memory / (4 * W * K * K))));
  const best = bestWindows(windows, M);
  const readings = new Float32Array(samples * M * READINGS.length);
  const program = pairReadings();
  try {
    for (let from = 0; from < items; from += size) {
      const batch = pairBatch(source, from, size);
      const found = await program.async(batch);
      const values = await found.data() as Float32Array;
      tf.dispose([found, ...Object.values(batch)]);
      for (let i = 0; i < Math.min(size, items - from); i++) {
        const sample = Math.floor((from + i) / windows.length);
        const own = readings.subarray(sample * M * READINGS.length, (sample + 1) * M * READINGS.length);
        keepBest(own, values, i, size, best, (from + i) % windows.length, windows);
      }
      onProgress(Math.min(1, (from + size) / items));
    }
  } finally {
    program.dispose();
  }
  const haplotypes = new Uint8Array(2 * samples * M);
  for (let s = 0; s < samples; s++) {
    const own = readings.subarray(s * M * READINGS.length, (s + 1) * M * READINGS.length);
    const sets = blocks?.sets.subarray(s * M, (s + 1) * M);
    const anchors = soft?.anchors.subarray(s * M, (s + 1) * M);
    haplotypes.set(oriented(calls.subarray(s * M, (s + 1) * M), own, sets, anchors), 2 * s * M);
  }
  return haplotypes;
}

/** Copies to `readings` [M, 3] from `values` [W, size, 3] what item i has at the sites that are read from its window. */
function keepBest(
  readings: Float32Array,
  values: Float32Array,
  i: number,
  size: number,
  best: Int32Array,
  window: number,
  windows: readonly Window[],
): void {
  const { start, end } = windows[window]!;
  const width = READINGS.length;
  for (let m = start; m < end; m++) {
    if (best[m] !== window) continue;
    const at = ((m - start) * size + i) * width;
    readings.set(values.subarray(at, at + width), m * width);
  }
}
