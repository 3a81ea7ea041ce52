import type * as tf from "@tensorflow/tfjs-core";
import type { Affine } from "../../nn/affine.ts";
import type { RowReader, Seen, SoftmaxState } from "../../nn/online_softmax.ts";
import { readPieces, stateAfter } from "../../nn/softmax_pieces.ts";
import { pieceAt, type Span, startsOf } from "./pieces.ts";
import type { Points } from "./points.ts";

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
