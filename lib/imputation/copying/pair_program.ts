import * as tf from "@tensorflow/tfjs-core";
import { type Compiled, jit, scan } from "../../engine/mod.ts";

/** Windows of genotypes, each with haplotypes of its own to copy: W sites, n windows, K haplotypes. */
export interface PairWindows {
  /** bool [W, n, K] */
  alleles: tf.Tensor;
  /** [W, n, 4]: the chance of the genotype if the alleles of the two copied haplotypes are 00, 01, 10, 11. */
  chances: tf.Tensor;
  /** [W, n, 2]: the chances to stay on the way to the next site, and to change. */
  moves: tf.Tensor;
  /** [W, n]: 1 at heterozygous sites. */
  heterozygous: tf.Tensor;
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
 */
export const pairReadings = (): Compiled<[PairWindows], tf.Tensor> =>
  jit((windows: PairWindows): tf.Tensor => {
    const sites = { ...windows, alleles: tf.cast(windows.alleles, "float32") };
    const [, n, K] = sites.alleles.shape as [number, number, number];
    const [, after] = scan(
      (behind: tf.Tensor, { alleles, chances, moves }: typeof sites): [tf.Tensor, tf.Tensor] => {
        const margins = marginsOf(behind);
        const here = moved(behind, margins, moves, tf.mul(K * K, inverse(sumOf(margins[0]))));
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
        const { alleles, moves } = site;
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
        const margins = marginsOf(plain);
        const scale = inverse(sumOf(margins[0]));
        return [
          {
            plain: moved(plain, margins, moves, scale),
            signed: moved(signed, marginsOf(signed), moves, scale),
          },
          tf.mul(reading, inverse(sumOf(first))),
        ];
      },
      start,
      { site: sites, after },
    );
    return readings;
  });
