import * as tf from "@tensorflow/tfjs-core";
import { scan } from "../../engine/mod.ts";
import { logDensity, type Normal } from "./normal.ts";
import { pieceAt, type Span, startsOf } from "./pieces.ts";
import type { Points } from "./points.ts";

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
