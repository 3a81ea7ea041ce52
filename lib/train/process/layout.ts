import * as tf from "@tensorflow/tfjs-core";
import type { Counts, TaskPoints, TaskSource } from "../../data/task_source.ts";
import { bucketOf } from "../../engine/mod.ts";
import type { Tasks } from "../../models/process/points.ts";

/** How the points of a batch lie in tensors of a few fixed sizes, so that a few programs serve all counts. */
export interface Layout {
  /** Rows for the context: the first points; those that are no context are hidden. */
  context: number;
  /** Rows for targets. */
  target: number;
  /**
   * The point in the first of the targets' rows. Where it is before the end of the context's rows, points may lie in
   * both parts and are hidden in one of them.
   */
  from: number;
}

/** Into how many sizes the ranges of counts are cut; every pair of them that occurs is compiled. */
export interface Parts {
  context: number;
  target: number;
}

/** Ends of equal parts of a range: [64, 128] in 4 parts is 80, 96, 112, 128. */
export function sizesOf([least, most]: readonly [number, number], parts: number): number[] {
  const ends = Array.from({ length: parts }, (_, i) => Math.ceil(least + (most - least) * (i + 1) / parts));
  return [...new Set(ends)];
}

/** The layout for a batch with these counts. */
export function taskLayout({ ranges, all }: TaskSource, counts: Counts, parts: Parts): Layout {
  const sizes = sizesOf(ranges.context, parts.context);
  const context = bucketOf(counts.context, sizes);
  if (all !== undefined) {
    const at = sizes.indexOf(context);
    const from = at === 0 ? ranges.context[0] : sizes[at - 1]! + 1;
    return { context, from, target: all - from };
  }
  return { context, from: context, target: bucketOf(counts.target, sizesOf(ranges.target, parts.target)) };
}

/** The most rows that any counts of a source need: what its largest program has. */
export function largestLayout({ ranges, all }: Pick<TaskSource, "ranges" | "all">, parts: Parts): Layout {
  const [context, target] = [ranges.context[1], ranges.target[1]];
  if (all === undefined) return { context, from: context, target };
  const from = (sizesOf(ranges.context, parts.context).at(-2) ?? ranges.context[0] - 1) + 1;
  return { context, from, target: all - from };
}

export const pointsOf = ({ from, target }: Layout): number => from + target;

/**
 * Points in the form of tasks, context first, with what is no point of the task hidden.
 *
 * @param points x [b, n, dimX], y [b, n, dimY], at least as many as the layout needs
 * @param counts int32 [2], context and target points; a tensor, so that it is no part of a program
 */
export function arrange({ x, y }: TaskPoints, counts: tf.Tensor1D, layout: Layout): Tasks {
  const { context, from, target } = layout;
  const rows = (points: tf.Tensor3D): tf.Tensor3D => {
    const first = tf.slice(points, [0, 0, 0], [-1, context, -1]);
    return tf.concat([first, tf.slice(points, [0, from, 0], [-1, target, -1])], 1);
  };
  const [inContext, inTargets] = tf.split(counts, 2) as [tf.Tensor, tf.Tensor];
  const beginning = from < context ? inContext : tf.scalar(from, "int32");
  const place = tf.range(from, from + target, 1, "int32");
  const hidden = tf.concat([
    tf.greaterEqual(tf.range(0, context, 1, "int32"), inContext),
    tf.logicalOr(tf.less(place, beginning), tf.greaterEqual(place, tf.add(beginning, inTargets))),
  ]);
  const mask = tf.tile(tf.expandDims(tf.cast(hidden, "float32"), 0), [x.shape[0], 1]) as tf.Tensor2D;
  return { x: rows(x), y: rows(y), hidden: mask, context };
}
