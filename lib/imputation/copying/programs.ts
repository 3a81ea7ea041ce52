import * as tf from "@tensorflow/tfjs-core";
import { jit, scan } from "../../engine/mod.ts";

/** Some steps of the model as tensors; haplotypes K, queries Q. */
export interface Segment {
  /** [steps, 2]: the chances to stay on the way to the next step, and to change. */
  moves: tf.Tensor;
  /** bool [steps, K, 1] */
  reference: tf.Tensor;
  /** bool [steps, 1, Q]: whether the query's allele counts, and which it is. */
  known: tf.Tensor;
  alleles: tf.Tensor;
  /** The chance of a mismatch. */
  mismatch: tf.Tensor;
}

/** Targets of a segment. */
export interface SegmentTargets {
  /** [steps]: whether a step is a site's first one. */
  fresh: tf.Tensor;
  /** bool [K, steps, slots] */
  alleles: tf.Tensor;
  /** [steps, slots, 1]: the share of the next site. */
  weights: tf.Tensor;
}

/** What is known from the steps behind: [K, Q] both. */
export interface Behind {
  /** The chance of all that follows by the haplotype copied at the next step, its own allele included; any scale. */
  after: tf.Tensor;
  /** Posterior of the haplotype copied at the next site. */
  next: tf.Tensor;
}

type Entry = Pick<Segment, "moves" | "reference" | "known" | "alleles">;

const entriesOf = ({ moves, reference, known, alleles }: Segment): Entry => ({
  moves,
  reference,
  known,
  alleles,
});

/** The chance of the queries' alleles for each haplotype, [K, Q]: 1 where none counts. */
function emission({ reference, known, alleles }: Entry, mismatch: tf.Tensor): tf.Tensor {
  const same = tf.sub(1, mismatch);
  const ifRef = tf.where(known, tf.where(alleles, mismatch, same), tf.onesLike(mismatch));
  const ifAlt = tf.where(known, tf.where(alleles, same, mismatch), tf.onesLike(mismatch));
  return tf.add(ifRef, tf.mul(tf.sub(ifAlt, ifRef), tf.cast(reference, "float32")));
}

/** Sums over haplotypes, [1, Q]. */
const total = (states: tf.Tensor): tf.Tensor => tf.sum(states, 0, true);

/** Moves [2] as [1, 1] each. */
const partsOf = (moves: tf.Tensor): tf.Tensor[] => tf.split(tf.reshape(moves, [1, 2]), 2, 1);

/** A step of the forward pass: what to expect at a step, [K, Q], to what to expect at the next. */
function ahead(expected: tf.Tensor, entry: Entry, mismatch: tf.Tensor): [next: tf.Tensor, here: tf.Tensor] {
  const [stay, change] = partsOf(entry.moves) as [tf.Tensor, tf.Tensor];
  const here = tf.mul(expected, emission(entry, mismatch));
  const next = tf.add(tf.mul(here, tf.div(stay, total(here))), tf.div(change, expected.shape[0]!));
  return [next, here];
}

/** What is expected behind a segment, [K, Q], from what is expected at its first step. */
export const expectBehind = () =>
  jit((expected: tf.Tensor, segment: Segment): tf.Tensor =>
    scan(
      (expected, entry: Entry): [tf.Tensor, null] => [ahead(expected, entry, segment.mismatch)[0], null],
      expected,
      entriesOf(segment),
    )[0]
  );

/** From the last step of a segment to its first: the chance of ALT for its targets, [Q, steps, slots]. */
export const dosagesBack = () =>
  jit(
    (expected: tf.Tensor, behind: Behind, segment: Segment, targets: SegmentTargets): [Behind, tf.Tensor] => {
      const entries = entriesOf(segment);
      const [, here] = scan(
        (expected, entry: Entry) => ahead(expected, entry, segment.mismatch),
        expected,
        entries,
      );
      const alleles = tf.transpose(targets.alleles, [1, 2, 0]);
      const [before, dosages] = scan(
        ({ after, next }: Behind, x): [Behind, tf.Tensor] => {
          const [stay, change] = partsOf(x.entry.moves) as [tf.Tensor, tf.Tensor];
          const mean = tf.div(total(after), after.shape[0]!);
          const following = tf.add(tf.mul(after, tf.div(stay, mean)), change);
          const joint = tf.mul(x.here, following);
          const posterior = tf.div(joint, total(joint));
          const carried = tf.cast(x.alleles, "float32") as tf.Tensor2D;
          const [left, right] = [posterior, next].map((states) => tf.matMul(carried, states as tf.Tensor2D));
          return [
            {
              after: tf.mul(following, emission(x.entry, segment.mismatch)),
              next: tf.add(next, tf.mul(tf.sub(posterior, next), x.fresh)),
            },
            tf.add(left!, tf.mul(tf.sub(right!, left!), x.weights)),
          ];
        },
        behind,
        { entry: entries, here, fresh: targets.fresh, alleles, weights: targets.weights },
        { reverse: true },
      );
      return [before, tf.transpose(dosages, [2, 0, 1])];
    },
  );
