/** The models with inducing points piece by piece: memory does not grow with the points. */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.ts";
import { emptyState, merged, type SoftmaxState, type StateSize } from "../../nn/online_softmax.ts";
import type { RowEncoder } from "./cross_encoder.ts";
import type { Decoder } from "./decoder.ts";
import { latentNormal, latentObjective, type Normal, sample } from "./normal.ts";
import { likelihoodSums, lookAtSpan, readSpan, type Span, spanOf } from "./pieces.ts";
import { meanOfSums, type Points, type Tasks } from "./points.ts";
import type { PoolingSpinEncoder } from "./pooling_encoder.ts";

/**
 * Rows of a piece unless told otherwise: 2,048 to 8,192 take as long, 16,384 about 14 % more processor time, and memory
 * grows with them.
 */
export const PIECE_SIZE = 4096;

/** How far the reading of contexts has come: of one size, whatever was read. */
export interface ContextState {
  rows: SoftmaxState;
  pooled: SoftmaxState;
}

/** All that predictions need of a context. */
export interface Summary {
  /** H_D of the encoder of rows, [b, m, w]. */
  induced: tf.Tensor3D;
  /** Without a latent variable the vector of the context, [b, w]. */
  vector?: tf.Tensor;
  /** The distribution of the latent variable, [b, dimLat]. */
  prior?: Normal;
}

/**
 * A model that reads points in pieces. `noise` is standard normal, for models with a latent variable: [k, b, dimLat] for
 * k samples, or [b, dimLat]; a UserError tells where it is missing or too much.
 */
export interface Stream {
  /** Width of the latent variable; undefined without one, and then there is no noise. */
  dimLat?: number;
  /**
   * The objective of the model's `train`, with gradients for its variables (not for the points), in pieces of so many
   * rows. Neither value nor gradients keep anything for a piece.
   */
  trainLoss(tasks: Tasks, noise?: tf.Tensor, pieceSize?: number): tf.Scalar;
  /** The state for b tasks before anything was read. */
  start(b: number): ContextState;
  /** Goes on with more points of the context, without gradients; what was read before is not read again. */
  read(state: ContextState, points: Points, pieceSize?: number): ContextState;
  summary(state: ContextState): Summary;
  /** At inputs xt [b, nt, dimX], in one piece: [b, nt, dimY], with a leading axis for k samples. */
  predict(summary: Summary, xt: tf.Tensor3D, noise?: tf.Tensor): Normal;
}

export interface Streamable {
  /** @throws UserError for options with which points can't be read in pieces: `useHA`, several `blocks` */
  stream(): Stream;
}

interface StreamParts {
  rows: RowEncoder;
  pooled: PoolingSpinEncoder;
  decode: Decoder;
  dimLat?: number;
}

export function stream({ rows, pooled, decode, dimLat }: StreamParts): Stream {
  const readers = () => ({ rows: rows.reader(), pooled: pooled.reader() });
  /** Of the states of b tasks; what readers prepare for reading is not kept. */
  const sizesOf = (b: number): { rows: StateSize; pooled: StateSize } =>
    tf.tidy(() => {
      const reader = readers();
      return { rows: reader.rows.size(b), pooled: reader.pooled.size(b) };
    });
  // Options with which points can't be read in pieces are told now.
  sizesOf(1);
  const decodeAt = (induced: tf.Tensor3D, rest: tf.Tensor, xt: tf.Tensor3D): Normal =>
    decode([rows.targets(induced, xt), tf.expandDims(rest, -2)], xt);
  return {
    dimLat,
    trainLoss(tasks, noise, pieceSize = PIECE_SIZE) {
      checkNoise(noise, dimLat, tasks.x.shape[0]);
      const n = tasks.x.shape[1];
      const reader = readers();
      const [context, targets, all] = ([[0, tasks.context], [tasks.context, n], [0, n]] as const)
        .map(([from, to]) => spanOf(from, to, pieceSize)) as [Span, Span, Span];
      const induced = reader.rows.result(readSpan(reader.rows, tasks, context));
      const before = readSpan(reader.pooled, tasks, context);
      const given = pooled.pool(reader.pooled.result(before));
      const likelihood = (rest: tf.Tensor) =>
        meanOfSums(
          likelihoodSums((xt) => decodeAt(induced, rest, xt), tasks, all, rest.shape.slice(0, -1)),
          tasks,
        );
      if (!noise) return tf.neg(likelihood(given).mean);
      const after = merged(before, readSpan(reader.pooled, tasks, targets));
      const [prior, posterior] = [given, pooled.pool(reader.pooled.result(after))].map(latentNormal) as [
        Normal,
        Normal,
      ];
      const z = sample(posterior, noise);
      return latentObjective(prior, posterior, likelihood(z), noise.rank === 3 ? z : undefined).loss;
    },
    start(b) {
      const sizes = sizesOf(b);
      return { rows: emptyState(sizes.rows), pooled: emptyState(sizes.pooled) };
    },
    read(state, points, pieceSize = PIECE_SIZE) {
      const reader = readers();
      const span = spanOf(0, points.x.shape[1], pieceSize);
      return {
        rows: merged(state.rows, lookAtSpan(reader.rows, points, span)),
        pooled: merged(state.pooled, lookAtSpan(reader.pooled, points, span)),
      };
    },
    summary(state) {
      const reader = readers();
      const induced = reader.rows.result(state.rows);
      const given = pooled.pool(reader.pooled.result(state.pooled));
      return dimLat === undefined ? { induced, vector: given } : { induced, prior: latentNormal(given) };
    },
    predict({ induced, vector, prior }, xt, noise) {
      checkNoise(noise, dimLat, xt.shape[0]);
      return decodeAt(induced, prior ? sample(prior, noise!) : vector!, xt);
    },
  };
}

function checkNoise(noise: tf.Tensor | undefined, dimLat: number | undefined, b: number): void {
  const shape = noise?.shape;
  if (dimLat === undefined) {
    if (shape) {
      throw new UserError(`noise: expected none for a model without a latent variable, found [${shape}]`);
    }
    return;
  }
  const fits = shape && (shape.length === 2 || shape.length === 3) &&
    shape.at(-1) === dimLat && shape.at(-2) === b;
  if (fits) return;
  throw new UserError(
    `noise: expected [${b}, ${dimLat}] or [k, ${b}, ${dimLat}], found ${shape ? `[${shape}]` : "none"}`,
  );
}
