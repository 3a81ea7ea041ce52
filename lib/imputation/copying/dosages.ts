import * as tf from "@tensorflow/tfjs-core";
import { bucketOf, jit, scan } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";

/** Haplotypes to impute: K of a reference, Q queries, at M sites; targets T. */
export interface CopyingTask {
  /** [K, M]: alleles 0 and 1. */
  reference: Uint8Array;
  /** [Q, M]: alleles 0 and 1, or 255 where missing. */
  query: Uint8Array;
  /**
   * [Q, M], in place of the query's alleles: what was read is how likely with ALT, as a share of ALT and REF together; 0.5
   * says nothing.
   */
  evidence?: Float32Array;
  /** [M]: where the sites are, not decreasing. */
  centimorgans: ArrayLike<number>;
  targets: {
    /** [K, T]: the reference's alleles. */
    alleles: Uint8Array;
    /** [T], not decreasing. */
    centimorgans: ArrayLike<number>;
  };
}

/**
 * The chance of ALT at targets between the sites of haplotypes, [Q, T], by the copying model of Li and Stephens: a
 * haplotype is a mosaic of the reference's, with changes by genetic distance, and errors. The posterior of the copied
 * haplotype at the two sites around a target, interpolated by cM, weighs the reference's alleles there.
 *
 * @throws UserError if there is no site or no haplotype.
 */
export async function copyingDosages(task: CopyingTask, options: CopyingOptions = {}): Promise<Float32Array> {
  const { reference, query, evidence, centimorgans, targets } = task;
  const { ne, mismatch, memory } = copyingOptions(options);
  const [M, T] = [centimorgans.length, targets.centimorgans.length];
  const K = countHaplotypes("reference", reference, M);
  const Q = countHaplotypes("query", query, M);
  if (T === 0) return new Float32Array();

  const steps = copyingSteps(centimorgans, targets.centimorgans);
  const width = queriesAtOnce(Q, K, Math.ceil(steps.site.length / SEGMENT), memory);
  const changes = changesBetween(centimorgans, K, ne);
  const copied = byStep(reference, M, steps, K, 0);
  const programs = { ahead: forwardSegment(), back: backwardDosages() };
  const out = new Float32Array(Q * T);
  for (let from = 0; from < Q; from += width) {
    const part = [from * M, (from + width) * M];
    const queries = evidence
      ? byStep(evidence.subarray(...part), M, steps, width, 0.5)
      : byStep(query.subarray(...part), M, steps, width, 255);
    const source = { steps, changes, mismatch, reference: copied, queries };
    await impute(source, targets.alleles, programs, out.subarray(from * T, (from + width) * T));
  }
  programs.ahead.dispose();
  programs.back.dispose();
  return out;
}

interface Programs {
  ahead: ReturnType<typeof forwardSegment>;
  back: ReturnType<typeof backwardDosages>;
}

/** Fills `out` [rows, T] for some of the queries: once forward for the first step of each segment, then back. */
async function impute(
  source: SegmentSource,
  alleles: Uint8Array,
  programs: Programs,
  out: Float32Array,
): Promise<void> {
  const steps = source.steps.site.length;
  const segments = Math.ceil(steps / SEGMENT);
  const shape = [source.reference, source.queries].map(({ length }) => length / segments / SEGMENT);
  const expected: tf.Tensor[] = [tf.fill(shape, 1 / shape[0]!)];
  for (let s = 0; s + 1 < segments; s++) {
    const segment = segmentAt(source, s);
    expected.push(await programs.ahead.async(expected[s]!, segment));
    tf.dispose(tensorsOf(segment));
  }
  let backward: BackwardState = { after: tf.ones(shape), next: tf.zeros(shape) };
  for (let s = segments - 1; s >= 0; s--) {
    const segment = segmentAt(source, s);
    const targets = targetsAt(source.steps, alleles, s);
    const [before, found] = await programs.back.async(expected[s]!, backward, segment, targets);
    putDosages(out, await found.data() as Float32Array, source.steps, s);
    const done = [backward, targets].flatMap((part) => Object.values(part));
    tf.dispose([expected[s]!, found, ...done, ...tensorsOf(segment)]);
    backward = before;
  }
  tf.dispose(Object.values(backward));
}

/** Some steps of the model as tensors; haplotypes K, queries Q. */
interface Segment {
  /** [steps, 2]: the chances to stay on the way to the next step, and to change. */
  moves: tf.Tensor;
  /** bool [steps, K, 1] */
  reference: tf.Tensor;
  /** bool [steps, 1, Q]: whether the query's allele counts, and which it is; or evidence [steps, 1, Q] of it. */
  query: { known: tf.Tensor; alleles: tf.Tensor } | { evidence: tf.Tensor };
  /** The chance of a mismatch. */
  mismatch: tf.Tensor;
}

const tensorsOf = ({ query, ...rest }: Segment): tf.Tensor[] => [
  ...Object.values(rest),
  ...Object.values(query),
];

interface SegmentTargets {
  /** [steps]: whether a step is a site's first one. */
  fresh: tf.Tensor;
  /** bool [K, steps, slots] */
  alleles: tf.Tensor;
  /** [steps, slots, 1]: the share of the next site. */
  weights: tf.Tensor;
}

/** What is known from the steps behind: [K, Q] both. */
interface BackwardState {
  /** The chance of all that follows by the haplotype copied at the next step, its own allele included; any scale. */
  after: tf.Tensor;
  /** Posterior of the haplotype copied at the next site. */
  next: tf.Tensor;
}

type Entry = Pick<Segment, "moves" | "reference" | "query">;

const entriesOf = ({ moves, reference, query }: Segment): Entry => ({ moves, reference, query });

/** The chance of the queries' alleles for each haplotype, [K, Q]: the same for all where none counts. */
function emission({ reference, query }: Entry, mismatch: tf.Tensor): tf.Tensor {
  const same = tf.sub(1, mismatch);
  let ifRef: tf.Tensor;
  let ifAlt: tf.Tensor;
  if ("evidence" in query) {
    const { evidence } = query;
    ifAlt = tf.add(mismatch, tf.mul(evidence, tf.sub(same, mismatch)));
    ifRef = tf.sub(1, ifAlt);
  } else {
    const { known, alleles } = query;
    ifRef = tf.where(known, tf.where(alleles, mismatch, same), tf.onesLike(mismatch));
    ifAlt = tf.where(known, tf.where(alleles, same, mismatch), tf.onesLike(mismatch));
  }
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
const forwardSegment = () =>
  jit((expected: tf.Tensor, segment: Segment): tf.Tensor =>
    scan(
      (expected, entry: Entry): [tf.Tensor, null] => [ahead(expected, entry, segment.mismatch)[0], null],
      expected,
      entriesOf(segment),
    )[0]
  );

/** From the last step of a segment to its first: the chance of ALT for its targets, [Q, steps, slots]. */
const backwardDosages = () =>
  jit(
    (
      expected: tf.Tensor,
      backward: BackwardState,
      segment: Segment,
      targets: SegmentTargets,
    ): [BackwardState, tf.Tensor] => {
      const entries = entriesOf(segment);
      const [, here] = scan(
        (expected, entry: Entry) => ahead(expected, entry, segment.mismatch),
        expected,
        entries,
      );
      const alleles = tf.transpose(targets.alleles, [1, 2, 0]);
      const [before, dosages] = scan(
        ({ after, next }: BackwardState, x): [BackwardState, tf.Tensor] => {
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
        backward,
        { entry: entries, here, fresh: targets.fresh, alleles, weights: targets.weights },
        { reverse: true },
      );
      return [before, tf.transpose(dosages, [2, 0, 1])];
    },
  );

/** Steps of a segment: states are held for all of one segment, and at the first step of each. */
const SEGMENT = 64;

/** How many queries are walked along together, so that their states on the device stay within `memory` bytes. */
function queriesAtOnce(queries: number, haplotypes: number, segments: number, memory: number): number {
  // A power of 1.25, to compile few programs; a multiple of 16 suits the processor where memory decides.
  const fitting = Math.floor(memory / (4 * haplotypes * (segments + SEGMENT + 8)));
  const most = fitting < 16 ? Math.max(1, fitting) : fitting - fitting % 16;
  return Math.min(most, bucketOf(queries, { growth: 1.25 }));
}

/** Rows [rows, columns] as steps see them, [segments · SEGMENT, width]: `fill` where there is none. */
function byStep<A extends Uint8Array | Float32Array>(
  rows: A,
  columns: number,
  { site }: Steps,
  width: number,
  fill: number,
): A {
  const count = rows.length / columns;
  const steps = Math.ceil(site.length / SEGMENT) * SEGMENT;
  const out = new (rows.constructor as new (length: number) => A)(steps * width).fill(fill) as A;
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < site.length; i++) out[i * width + row] = rows[row * columns + site[i]!]!;
  }
  return out;
}

interface SegmentSource {
  steps: Steps;
  /** [sites]: the chance of a change on the way to the next site. */
  changes: Float32Array;
  mismatch: number;
  /** [segments · SEGMENT, K]: the reference's alleles. */
  reference: Uint8Array;
  /** [segments · SEGMENT, Q]: the queries' alleles, 255 where missing, or evidence of them. */
  queries: Uint8Array | Float32Array;
}

function segmentAt({ steps, changes, mismatch, reference, queries }: SegmentSource, s: number): Segment {
  const { site, fresh } = steps;
  const start = s * SEGMENT;
  const moves = new Float32Array(2 * SEGMENT);
  const segments = Math.ceil(site.length / SEGMENT);
  const part = <A extends Uint8Array | Float32Array>(rows: A): A =>
    rows.subarray(s * rows.length / segments, (s + 1) * rows.length / segments) as A;
  const [copied, alleles] = [part(reference), part(queries)];
  const [K, Q] = [copied.length / SEGMENT, alleles.length / SEGMENT];
  const isEvidence = alleles instanceof Float32Array;
  const known = new Uint8Array(isEvidence ? 0 : alleles.length);
  for (let i = 0; i < SEGMENT; i++) {
    const [here, next] = [site[start + i], site[start + i + 1]];
    const change = here === undefined || next === here ? 0 : changes[here]!;
    moves.set([1 - change, change], 2 * i);
    if (isEvidence) {
      if (fresh[start + i] !== 1) alleles.fill(0.5, i * Q, (i + 1) * Q);
      continue;
    }
    if (fresh[start + i] !== 1) continue;
    for (let at = i * Q; at < (i + 1) * Q; at++) known[at] = alleles[at] === 255 ? 0 : 1;
  }
  return {
    moves: tf.tensor(moves, [SEGMENT, 2]),
    reference: tf.tensor(copied, [SEGMENT, K, 1], "bool"),
    query: isEvidence ? { evidence: tf.tensor(alleles, [SEGMENT, 1, Q]) } : {
      known: tf.tensor(known, [SEGMENT, 1, Q], "bool"),
      alleles: tf.tensor(alleles.map((allele) => allele & 1), [SEGMENT, 1, Q], "bool"),
    },
    mismatch: tf.scalar(mismatch),
  };
}

/** The targets of segment s, of alleles [K, targets]. */
function targetsAt({ fresh, first, weight }: Steps, alleles: Uint8Array, s: number): SegmentTargets {
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
function putDosages(out: Float32Array, found: Float32Array, { first, weight }: Steps, s: number): void {
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

export interface CopyingOptions {
  /** Effective size of the population: how often the copied haplotype changes; 100,000 by default. */
  ne?: number;
  /** Chance that an allele differs from the copied one; 0.003 by default. */
  mismatch?: number;
  /** Bytes that states may take on the device; 400 MB by default. */
  memory?: number;
}

/** All of them, with defaults. */
export const copyingOptions = (
  { ne = 1e5, mismatch = 0.003, memory = 4e8 }: CopyingOptions,
): Required<CopyingOptions> => ({ ne, mismatch, memory });

/** Rows of a matrix whose columns are sites. @throws UserError for no site, no row, or a part of one */
export function countHaplotypes(what: string, { length }: Uint8Array, columns: number): number {
  if (columns === 0) throw new UserError("copying model: expected at least one site, found none");
  const rows = length / columns;
  if (Number.isInteger(rows) && rows > 0) return rows;
  throw new UserError(`${what}: expected rows of ${columns} sites, found ${length} values`);
}

/** Targets that a step takes. */
export const SLOTS = 16;

/** What the model walks along: sites, some more than once, each with a few of the targets between it and the next. */
interface Steps {
  /** [steps]: the site. */
  site: Int32Array;
  /** [steps]: 1 at a site's first step; its allele counts there alone. */
  fresh: Uint8Array;
  /** [steps + 1]: targets from `first[i]` to `first[i + 1]` are those of step i, at most `SLOTS`. */
  first: Int32Array;
  /** [targets]: the share of the next site in a target's states. */
  weight: Float32Array;
}

/**
 * Steps along sites and targets, both with cM that do not decrease. A site with more than `SLOTS` targets up to the next
 * one takes several steps. Targets before the first site are its own, and those behind the last one the last one's.
 */
export function copyingSteps(sites: ArrayLike<number>, targets: ArrayLike<number>): Steps {
  const [site, fresh, first]: [number[], number[], number[]] = [[], [], [0]];
  const weight = new Float32Array(targets.length);
  for (let a = 0, t = 0; a < sites.length; a++) {
    const [here, next] = [sites[a]!, sites[a + 1] ?? Infinity];
    for (let start = true; start || (t < targets.length && targets[t]! < next); start = false) {
      site.push(a);
      fresh.push(start ? 1 : 0);
      for (let slot = 0; slot < SLOTS && t < targets.length && targets[t]! < next; slot++, t++) {
        weight[t] = Math.max(0, (targets[t]! - here) / (next - here));
      }
      first.push(t);
    }
  }
  const [siteOf, firstOf] = [Int32Array.from(site), Int32Array.from(first)];
  return { site: siteOf, fresh: Uint8Array.from(fresh), first: firstOf, weight };
}

/** Chances that the copied haplotype changes between a site, in cM, and the next, [sites]; 0 at the last. */
export const changesBetween = (places: ArrayLike<number>, haplotypes: number, ne: number): Float32Array =>
  Float32Array.from(places, (here, i) => {
    const morgans = ((places[i + 1] ?? here) - here) / 100;
    return -Math.expm1(-4 * ne * morgans / haplotypes);
  });
