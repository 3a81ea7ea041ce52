import * as tf from "@tensorflow/tfjs-core";
import { reluMlp } from "../../nn/layers.ts";
import type { Draw, Init } from "../../nn/parameters.ts";
import { attention, selfWidths } from "./attention.ts";
import type { RowEncoder } from "./cross_encoder.ts";
import type { EncoderDims } from "./dims.ts";
import type { PointReader } from "./pieces.ts";
import { pairs, type Points } from "./points.ts";

export interface PlacedOptions {
  /** m, the number of inducing points. */
  induce: number;
  /** Between these their places start, in each input. */
  span: readonly [number, number];
}

/**
 * Reads a context through inducing points with places, which is not in the reference.
 *
 * The reference's inducing points start as nearly the same query, read nearly the mean of all points and are told apart
 * by what they read alone: thousands of steps pass before they look at different places. Here an inducing point is an
 * input of its own. One network embeds the inputs of context, inducing points and targets, so that near inputs attend to
 * each other from the start: inducing points read the context around them, then each other, and targets read the
 * inducing points around them. The cost stays m·nc + m² + nt·m.
 *
 * @returns from a context and inputs xt [b, nt, dimX] to [b, nt, dimHid]
 */
export function placedEncoder(
  init: Init,
  name: string,
  dims: EncoderDims & { vDepth: number; qkDepth: number },
  { induce, span }: PlacedOptions,
): RowEncoder {
  const { dimX, dimY, dimHid, vDepth, qkDepth } = dims;
  const scope = init.within(name);
  const values = reluMlp(scope, "net_v", dimX + dimY, dimHid, dimHid, vDepth - 2);
  const inputs = reluMlp(scope, "net_qk", dimX, dimHid, dimHid, qkDepth);
  const places = scope.create({
    name: "places",
    shape: [1, induce, dimX],
    fill: spreadOut(induce, dimX, span),
  });
  const read = attention(scope, "read", selfWidths(dimHid));
  const among = attention(scope, "among", selfWidths(dimHid));
  const attend = attention(scope, "attn", selfWidths(dimHid));
  /** [1, m, dimHid] */
  const placed = () => inputs(places.variable as tf.Variable<tf.Rank.R3>);
  const attendAmong = (seen: tf.Tensor3D) => among.rows({ x: seen }, seen, seen);
  const targets = (induced: tf.Tensor3D, xt: tf.Tensor3D, at = placed()): tf.Tensor3D =>
    attend.rows(inputs.deferred(xt), tf.tile(at, [xt.shape[0], 1, 1]), induced);
  const encode = (context: Points, xt: tf.Tensor3D): tf.Tensor3D => {
    const at = placed();
    const each = tf.tile(at, [xt.shape[0], 1, 1]);
    const seen = read.rows({ x: each }, inputs(context.x), values(pairs(context)), context.hidden);
    return targets(attendAmong(seen), xt, at);
  };
  const reader = (): PointReader => {
    const reading = read.keyed(placed());
    return {
      ...reading,
      look: (points) => reading.look(inputs(points.x), values(pairs(points)), points.hidden),
      result: (state) => attendAmong(reading.result(state)),
    };
  };
  return Object.assign(encode, { reader, targets });
}

/** A place in each of m equal parts of the first input's span, anywhere in the others'. */
const spreadOut =
  (m: number, dimX: number, [low, high]: readonly [number, number]) => (draw: Draw): Float32Array =>
    draw.uniform(m * dimX).map((u, i) => {
      const share = i % dimX === 0 ? (Math.floor(i / dimX) + u) / m : u;
      return low + (high - low) * share;
    });
