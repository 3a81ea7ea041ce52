import * as tf from "@tensorflow/tfjs-core";
import type { Points, Tasks } from "./points.ts";

/** The rows after the context. */
export const targetsOf = ({ x, y, hidden, context }: Tasks): Points => ({
  x: rowsAfter(x, context),
  y: rowsAfter(y, context),
  hidden: hidden && rowsAfter(hidden, context),
});

/** The rows of [b, n, ...] from number `count` on. */
export const rowsAfter = <T extends tf.Tensor>(x: T, count: number): T =>
  tf.slice(x, x.shape.map((_, axis) => axis === 1 ? count : 0)) as T;
