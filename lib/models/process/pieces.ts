import * as tf from "@tensorflow/tfjs-core";
import { scan } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import type { Affine } from "../../nn/affine.ts";
import { asConstant } from "../../nn/layers.ts";
import type { RowReader, Seen, SoftmaxState } from "../../nn/online_softmax.ts";
import { readPieces, stateAfter } from "../../nn/softmax_pieces.ts";
import { logDensity, type Normal } from "./normal.ts";
import type { Points } from "./points.ts";

/** Rows number `from` to `to` - 1, cut into pieces of `size` rows; the last one may stick out. */
export interface Span {
  from: number;
  to: number;
  size: number;
}

/** A span with pieces no longer than itself. @throws UserError if a piece would be empty */
export function spanOf(from: number, to: number, pieceSize: number): Span {
  if (!Number.isInteger(pieceSize) || pieceSize < 1) {
    throw new UserError(`pieceSize: expected a whole number of rows of at least 1, found ${pieceSize}`);
  }
  return { from, to, size: Math.max(1, Math.min(pieceSize, to - from)) };
}

/** Number of the first row of each piece, int32 [pieces]. */
export const startsOf = ({ from, to, size }: Span): tf.Tensor1D =>
  from === to ? tf.tensor1d([], "int32") : tf.range(from, to, size, "int32");

/**
 * One piece of the points, a constant: x [b, size, dimX], y [b, size, dimY].
 *
 * Rows are fetched by their numbers, so that no other arrangement of all points is ever made. Where a piece sticks out of
 * the span, the span's last row stands for what is not there, and is hidden.
 *
 * @param start the number of its first row
 */
export function pieceAt({ x, y, hidden }: Points, start: tf.Scalar, { from, to, size }: Span): Points {
  const rows = tf.add(start, tf.range(0, size, 1, "int32"));
  const at = tf.minimum(rows, tf.scalar(to - 1, "int32")) as tf.Tensor1D;
  const fetch = <T extends tf.Tensor>(all: T): T => asConstant(() => tf.gather(all, at, 1)) as T;
  const outside = (to - from) % size === 0
    ? undefined
    : tf.expandDims(tf.cast(tf.greaterEqual(rows, tf.scalar(to, "int32")), "float32"), 0);
  const own = hidden && fetch(hidden);
  const missing = outside && (own ? tf.maximum(own, outside) : tf.broadcastTo(outside, [x.shape[0], size]));
  return { x: fetch(x), y: fetch(y), hidden: (missing ?? own) as tf.Tensor2D | undefined };
}

/** Inducing points that read points some at a time. */
export interface PointReader extends Omit<RowReader, "look"> {
  look(points: Points): Seen;
}

/** @param embed points to the rows that are read */
export const pointReader = (reader: RowReader, embed: (points: Points) => Affine): PointReader => ({
  ...reader,
  look: (points) => reader.look(embed(points), points.hidden),
});

const piecesOf = (reader: PointReader, points: Points, span: Span) => ({
  entries: startsOf(span),
  look: (start: tf.Tensor) => reader.look(pieceAt(points, start as tf.Scalar, span)),
  size: reader.size(points.x.shape[0]),
});

/** What the reader has read after a span of the points; gradients reach all but the points. */
export const readSpan = (reader: PointReader, points: Points, span: Span): SoftmaxState =>
  readPieces(piecesOf(reader, points, span));

/** The same without gradients, in one pass. */
export const lookAtSpan = (reader: PointReader, points: Points, span: Span): SoftmaxState =>
  stateAfter(piecesOf(reader, points, span));

/**
 * Log likelihoods of the points of a span, added up for each task. The loop only adds, so that its gradient decodes each
 * piece again and keeps nothing of it.
 *
 * @param predict inputs [b, size, dimX] to their normals [..., b, size, dimY]
 * @param shape of the sums, [..., b]
 */
export function likelihoodSums(
  predict: (xt: tf.Tensor3D) => Normal,
  points: Points,
  span: Span,
  shape: number[],
): tf.Tensor {
  const [sums] = scan(
    (before: tf.Tensor, start: tf.Tensor) => {
      const { x, y, hidden } = pieceAt(points, start as tf.Scalar, span);
      const densities = tf.sum(logDensity(predict(x), y), -1);
      const counted = hidden ? tf.mul(densities, tf.sub(1, hidden)) : densities;
      return [tf.add(before, tf.sum(counted, -1)), null];
    },
    tf.zeros(shape) as tf.Tensor,
    startsOf(span) as tf.Tensor,
  );
  return sums;
}
