import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.ts";
import { checkDistances, checkValues, rowsOf } from "./checks.ts";
import { type CopyingOptions, copyingOptions } from "./options.ts";
import { type Behind, dosagesBack, expectBehind } from "./programs.ts";
import { byStep, putDosages, queriesAtOnce, SEGMENT, segmentAt, targetsAt, type Walk } from "./segments.ts";
import { changesBetween, stepsOf } from "./steps.ts";

/** Haplotypes to impute: K of a reference, Q queries, at M sites; targets T. */
export interface CopyingTask {
  /** [K, M]: alleles 0 and 1. */
  reference: Uint8Array;
  /** [Q, M]: alleles 0 and 1, or 255 where missing. */
  query: Uint8Array;
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
 * @throws UserError for shapes that do not fit, alleles that are none, cM that decrease and options out of range.
 */
export async function copyingDosages(task: CopyingTask, options: CopyingOptions = {}): Promise<Float32Array> {
  const { reference, query, centimorgans, targets } = task;
  const { ne, mismatch, memory } = copyingOptions(options);
  const [M, T] = [centimorgans.length, targets.centimorgans.length];
  const K = rowsOf("reference", reference, M);
  const Q = rowsOf("query", query, M);
  if (targets.alleles.length !== K * T) {
    throw new UserError(
      `targets: expected ${K} haplotypes of ${T} targets, found ${targets.alleles.length} alleles`,
    );
  }
  checkDistances("sites", centimorgans);
  checkDistances("targets", targets.centimorgans);
  checkValues("reference", reference, M, [0, 1]);
  checkValues("query", query, M, [0, 1, 255]);
  checkValues("targets", targets.alleles, T, [0, 1]);
  if (T === 0) return new Float32Array();

  const steps = stepsOf(centimorgans, targets.centimorgans);
  const width = queriesAtOnce(Q, K, Math.ceil(steps.site.length / SEGMENT), memory);
  const changes = changesBetween(centimorgans, K, ne);
  const copied = byStep(reference, M, steps, K, 0);
  const programs = { ahead: expectBehind(), back: dosagesBack() };
  const out = new Float32Array(Q * T);
  for (let from = 0; from < Q; from += width) {
    const rows = query.subarray(from * M, (from + width) * M);
    const queries = byStep(rows, M, steps, width, 255);
    const walk = { steps, changes, mismatch, reference: copied, queries };
    await impute(walk, targets.alleles, programs, out.subarray(from * T, (from + width) * T));
  }
  programs.ahead.dispose();
  programs.back.dispose();
  return out;
}

interface Programs {
  ahead: ReturnType<typeof expectBehind>;
  back: ReturnType<typeof dosagesBack>;
}

/** Fills `out` [rows, T] for some of the queries: once forward for the first step of each segment, then back. */
async function impute(walk: Walk, alleles: Uint8Array, programs: Programs, out: Float32Array): Promise<void> {
  const steps = walk.steps.site.length;
  const segments = Math.ceil(steps / SEGMENT);
  const shape = [walk.reference, walk.queries].map(({ length }) => length / segments / SEGMENT);
  const expected: tf.Tensor[] = [tf.fill(shape, 1 / shape[0]!)];
  for (let s = 0; s + 1 < segments; s++) {
    const segment = segmentAt(walk, s);
    expected.push(await programs.ahead.async(expected[s]!, segment));
    tf.dispose(Object.values(segment));
  }
  let behind: Behind = { after: tf.ones(shape), next: tf.zeros(shape) };
  for (let s = segments - 1; s >= 0; s--) {
    const segment = segmentAt(walk, s);
    const targets = targetsAt(walk.steps, alleles, s);
    const [before, found] = await programs.back.async(expected[s]!, behind, segment, targets);
    putDosages(out, await found.data() as Float32Array, walk.steps, s);
    tf.dispose([expected[s]!, found, ...[behind, segment, targets].flatMap((part) => Object.values(part))]);
    behind = before;
  }
  tf.dispose(Object.values(behind));
}
