import * as tf from "@tensorflow/tfjs-core";
import { type Compiled, jit, scan } from "../../engine/mod.ts";
import type { PhaseBlocks } from "./phase_blocks.ts";
import type { Window } from "./windows.ts";

/** Windows of genotypes, each with haplotypes of its own to copy: W sites, n windows, K haplotypes. */
interface PairWindows {
  /** bool [W, n, K] */
  alleles: tf.Tensor;
  /** [W, n, 4]: the chance of the genotype if the alleles of the two copied haplotypes are 00, 01, 10, 11. */
  chances: tf.Tensor;
  /** [W, n, 2]: the chances to stay on the way to the next site, and to change. */
  moves: tf.Tensor;
  /** [W, n]: 1 at heterozygous sites. */
  heterozygous: tf.Tensor;
  /** [W, n]: 1 where the two haplotypes may be exchanged on the way to the next site; absent if they never are. */
  cuts?: tf.Tensor;
}

/** What is read at a site of a window; s is the first allele less the second one. */
export const READINGS = ["dosage", "orientation", "agreement"] as const;

// Pairs [n, K, K] have the first haplotype along the rows and the second one along the columns.
const byRow = (x: tf.Tensor): tf.Tensor => tf.expandDims(x, 2);
const byColumn = (x: tf.Tensor): tf.Tensor => tf.expandDims(x, 1);
const sumOf = (x: tf.Tensor): tf.Tensor => tf.sum(x, 1, true);

/** Sums over the second and over the first haplotype, [n, K] both. */
const marginsOf = (pairs: tf.Tensor): [tf.Tensor, tf.Tensor] => [tf.sum(pairs, 2), tf.sum(pairs, 1)];

/** One over a sum of chances, which rounding may take to zero. */
const inverse = (total: tf.Tensor): tf.Tensor => tf.div(1, tf.maximum(total, 1e-30));

/** The chance of the genotype for each pair. */
function emission(alleles: tf.Tensor, chances: tf.Tensor): tf.Tensor {
  const [e00, e01, e10, e11] = tf.split(chances, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const ifRef = tf.add(e00, tf.mul(tf.sub(e10, e00), alleles));
  const ifAlt = tf.add(e01, tf.mul(tf.sub(e11, e01), alleles));
  return tf.add(byRow(ifRef), tf.mul(byRow(tf.sub(ifAlt, ifRef)), byColumn(alleles)));
}

/** Pairs whose two haplotypes may be exchanged where `cut` is 1; signed chances change their sign with it. */
function exchanged(pairs: tf.Tensor, cut: tf.Tensor | undefined, sign: 1 | -1): tf.Tensor {
  if (!cut) return pairs;
  const share = tf.reshape(tf.mul(cut, 0.5), [-1, 1, 1]);
  const other = tf.mul(tf.transpose(pairs, [0, 2, 1]), sign);
  return tf.add(pairs, tf.mul(share, tf.sub(other, pairs)));
}

/** Pairs after each of the two may have changed for any haplotype, times a scale [n, 1]. */
function moved(
  pairs: tf.Tensor,
  [rows, columns]: [tf.Tensor, tf.Tensor],
  moves: tf.Tensor,
  scale: tf.Tensor,
): tf.Tensor {
  const [stay, change] = tf.split(moves, 2, 1) as [tf.Tensor, tf.Tensor];
  const into = tf.div(change, pairs.shape[2]!);
  const one = tf.mul(scale, tf.mul(stay, into));
  const both = tf.mul(scale, tf.mul(tf.square(into), sumOf(rows)));
  return tf.add(
    tf.mul(pairs, byRow(tf.mul(scale, tf.square(stay)))),
    tf.add(byRow(tf.add(tf.mul(one, rows), both)), byColumn(tf.mul(one, columns))),
  );
}

/**
 * The exact copying model of two haplotypes at once, read at each site, [W, n, 3]: the expected dosage, the expected s,
 * and the expected product of s here and at the heterozygous site before (0 if there is none in the window).
 *
 * Without known phase the expected s is 0, as the two haplotypes can be exchanged; the product is what tells the phase.
 * It is found by a second forward pass, whose chances are signed by s at the last heterozygous site.
 *
 * With blocks of known phase the two haplotypes may be exchanged between blocks: s is then that of the block's own order, and the
 * product over a cut tells how the blocks stand to one another, all their sites considered.
 */
export const pairReadings = (): Compiled<[PairWindows], tf.Tensor> =>
  jit((windows: PairWindows): tf.Tensor => {
    const sites = { ...windows, alleles: tf.cast(windows.alleles, "float32") };
    const [, n, K] = sites.alleles.shape as [number, number, number];
    const [, after] = scan(
      (behind: tf.Tensor, { alleles, chances, moves, cuts }: typeof sites): [tf.Tensor, tf.Tensor] => {
        const margins = marginsOf(behind);
        const way = moved(behind, margins, moves, tf.mul(K * K, inverse(sumOf(margins[0]))));
        const here = exchanged(way, cuts, 1);
        return [tf.mul(here, emission(alleles, chances)), here];
      },
      tf.ones([n, K, K]),
      sites,
      { reverse: true },
    );
    type Forward = { plain: tf.Tensor; signed: tf.Tensor };
    const start: Forward = { plain: tf.fill([n, K, K], 1 / (K * K)), signed: tf.zeros([n, K, K]) };
    const [, readings] = scan(
      (expected: Forward, { site, after }): [Forward, tf.Tensor] => {
        const { alleles, moves, cuts } = site;
        const chance = emission(alleles, site.chances);
        const [plain, carried] = [tf.mul(expected.plain, chance), tf.mul(expected.signed, chance)];
        const [first, second] = marginsOf(tf.mul(plain, after));
        const [signedFirst, signedSecond] = marginsOf(tf.mul(carried, after));
        const read = (margins: tf.Tensor) => sumOf(tf.mul(alleles, margins));
        const reading = tf.concat([
          read(tf.add(first, second)),
          read(tf.sub(first, second)),
          read(tf.sub(signedFirst, signedSecond)),
        ], 1);
        const s = tf.sub(byRow(alleles), byColumn(alleles));
        const known = tf.reshape(site.heterozygous, [n, 1, 1]);
        const signed = tf.add(carried, tf.mul(known, tf.sub(tf.mul(s, plain), carried)));
        const [on, signedOn] = [exchanged(plain, cuts, 1), exchanged(signed, cuts, -1)];
        const margins = marginsOf(on);
        const scale = inverse(sumOf(margins[0]));
        return [
          {
            plain: moved(on, margins, moves, scale),
            signed: moved(signedOn, marginsOf(signedOn), moves, scale),
          },
          tf.mul(reading, inverse(sumOf(first))),
        ];
      },
      start,
      { site: sites, after },
    );
    return readings;
  });

/** A genotype as the pair model takes it: 0, 1 and 2, or one of these. */
export const MISSING = 255;
export const REF_ALT = 3;
export const ALT_REF = 4;

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
  blocks: PhaseBlocks | null;
  /** Sites of a batch, W, if it has more than a window; what is beyond a window says nothing. */
  width?: number;
  soft?: SoftCalls | null;
}

/** Genotypes of which there are but likelihoods; among the calls they are MISSING. */
export interface SoftCalls {
  /** [samples, sites, 3]: how likely what was read is by the copies of ALT; 0, 0, 0 where the call stands by itself. */
  likelihoods: Float32Array;
  /** [samples, sites]: 1 where the genotype is taken to be heterozygous, so that the phase of others is read from it. */
  anchors: Uint8Array;
}

/** Whether there are likelihoods at a place [samples, sites]. */
export const isSoft = (likelihoods: Float32Array, at: number): boolean =>
  likelihoods[3 * at]! + likelihoods[3 * at + 1]! + likelihoods[3 * at + 2]! > 0;

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

/** Chances of what was read, by the alleles of the copied haplotypes: those of the genotypes, weighed. */
const softChances = (table: Map<number, number[]>, likelihoods: Float32Array, place: number): number[] =>
  [0, 1, 2, 3].map((pair) =>
    [0, 1, 2].reduce((sum, g) => sum + likelihoods[3 * place + g]! * table.get(g)![pair]!, 0)
  );

/**
 * Windows `from` to `from + size` of all samples' (those of the first sample come first) as tensors; what is beyond the
 * last one says nothing.
 */
export function pairBatch(source: PairSource, from: number, size: number): PairWindows {
  const { calls, alleles, candidates, windows, changes, mismatch, blocks, soft } = source;
  const sites = changes.length;
  const items = calls.length / sites * windows.length;
  const K = candidates.length / items;
  const W = source.width ?? windows[0]!.end;
  const table = chancesOf(mismatch);
  const copied = new Uint8Array(W * size * K);
  const chances = new Float32Array(W * size * 4).fill(1);
  const moves = Float32Array.from({ length: W * size * 2 }, (_, i) => 1 - i % 2);
  const heterozygous = new Float32Array(W * size);
  const cuts = blocks && new Float32Array(W * size);
  for (let i = 0; i < Math.min(size, items - from); i++) {
    const sample = Math.floor((from + i) / windows.length);
    const { start, end } = windows[(from + i) % windows.length]!;
    for (let w = 0; w < end - start; w++) {
      const at = w * size + i;
      const place = sample * sites + start + w;
      const call = calls[place]!;
      const isOpen = soft && isSoft(soft.likelihoods, place);
      chances.set(isOpen ? softChances(table, soft.likelihoods, place) : table.get(call)!, at * 4);
      heterozygous[at] = call === 1 || call === REF_ALT || call === ALT_REF || soft?.anchors[place] ? 1 : 0;
      if (cuts) cuts[at] = blocks!.cuts[sample * sites + start + w]!;
      const change = changes[start + w]!;
      moves.set([1 - change, change], at * 2);
    }
    for (let k = 0; k < K; k++) {
      const row = candidates[(from + i) * K + k]! * sites + start;
      for (let w = 0; w < end - start; w++) copied[(w * size + i) * K + k] = alleles[row + w]!;
    }
  }
  return {
    alleles: tf.tensor(copied, [W, size, K], "bool"),
    chances: tf.tensor(chances, [W, size, 4]),
    moves: tf.tensor(moves, [W, size, 2]),
    heterozygous: tf.tensor(heterozygous, [W, size]),
    ...(cuts ? { cuts: tf.tensor(cuts, [W, size]) } : {}),
  };
}

/** Alleles of samples and where it is known which haplotype has which, as `alignTargets` gives them. */
export interface KnownPhase {
  /** [2·samples, sites]: rows 2s and 2s + 1 are of sample s. */
  alleles: Uint8Array;
  /** [samples, sites]: 1 where phase is known. */
  phased: Uint8Array;
  /** [samples, sites]: the set within which the phase is known; null if it is known along the whole chromosome. */
  sets: Int32Array | null;
}

/** Genotypes [samples, sites] with heterozygous ones of known phase as REF_ALT and ALT_REF. */
export function knownPhase(genotypes: Uint8Array, known: KnownPhase | null, sites: number): Uint8Array {
  if (!known) return genotypes;
  const { alleles, phased, sets } = known;
  const sizes = sets && setSizes(genotypes, phased, sets, sites);
  return genotypes.map((genotype, at) => {
    if (genotype !== 1 || phased[at] === 0) return genotype;
    const sample = Math.floor(at / sites);
    // Alone in its set a call says nothing.
    if (sizes && sizes[sample]!.get(sets![at]!) === 1) return genotype;
    const first = at + sample * sites;
    const [a, b] = [alleles[first], alleles[first + sites]];
    return a! < b! ? REF_ALT : ALT_REF;
  });
}

/** For each sample how many phased heterozygous calls its sets have. */
function setSizes(genotypes: Uint8Array, phased: Uint8Array, sets: Int32Array, sites: number) {
  const sizes = Array.from({ length: genotypes.length / sites }, () => new Map<number, number>());
  genotypes.forEach((genotype, at) => {
    if (genotype !== 1 || phased[at] === 0) return;
    const own = sizes[Math.floor(at / sites)]!;
    own.set(sets[at]!, (own.get(sets[at]!) ?? 0) + 1);
  });
  return sizes;
}

/**
 * Haplotypes of a sample, [2, sites], from its calls and the readings of the pair model, [sites, 3]: each heterozygous
 * site is put the way that agrees best with the one before, as it is known or was put; missing alleles are those expected.
 * A block of known phase is put as a whole: the way in which its first site agrees best with the one before.
 *
 * @param sets [sites]: the set in which the phase of a call is known; without it all are of one
 * @param anchors [sites]: 1 at missing calls that are taken to be heterozygous, as in SoftCalls
 */
export function oriented(
  calls: Uint8Array,
  readings: Float32Array,
  sets?: Int32Array,
  anchors?: Uint8Array,
): Uint8Array {
  const sites = calls.length;
  const out = new Uint8Array(2 * sites);
  /** By set, whether its haplotypes are in the file's order (1) or exchanged (-1). */
  const orders = new Map<number, 1 | -1>();
  let order: 1 | -1 = 1;
  for (let m = 0, before = 0; m < sites; m++) {
    const call = calls[m]!;
    const [dosage, orientation, agreement] = [readings[3 * m]!, readings[3 * m + 1]!, readings[3 * m + 2]!];
    const difference = () => order * orientation + before * agreement;
    if (call === MISSING) {
      out[m] = dosage + difference() > 1 ? 1 : 0;
      out[sites + m] = dosage - difference() > 1 ? 1 : 0;
      if (anchors?.[m]) before = difference() >= 0 ? 1 : -1;
    } else if (call === 0 || call === 2) {
      out[m] = out[sites + m] = call / 2;
    } else {
      if (call === 1) before = difference() >= 0 ? 1 : -1;
      else {
        const written = call === ALT_REF ? 1 : -1;
        const set = sets?.[m] ?? 0;
        // The sample's first block decides which haplotype comes first.
        order = orders.get(set) ?? (orders.size > 0 && written * before * agreement < 0 ? -1 : 1);
        orders.set(set, order);
        before = order * written;
      }
      out[before > 0 ? m : sites + m] = 1;
    }
  }
  return out;
}
