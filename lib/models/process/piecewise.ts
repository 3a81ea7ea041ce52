import * as tf from "@tensorflow/tfjs-core";
import { free, jit } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import type { Normal } from "./normal.ts";
import { spanOf } from "./pieces.ts";
import type { Points } from "./points.ts";
import { type ContextState, PIECE_SIZE, type Stream, type Summary } from "./streaming.ts";

/**
 * A streamed model for any numbers of points: each piece, all of one size, is a call of the same program. The event loop
 * goes on while a piece is computed.
 */
export function piecewise(stream: Stream, pieceSize: number = PIECE_SIZE) {
  const { size } = spanOf(0, pieceSize, pieceSize);
  const read = jit((state: ContextState, x: tf.Tensor3D, y: tf.Tensor3D, hidden: tf.Tensor2D) =>
    stream.read(state, { x, y, hidden }, size)
  );
  const predict = jit((summary: Summary, xt: tf.Tensor3D, noise?: tf.Tensor) =>
    stream.predict(summary, xt, noise)
  );
  return {
    /** Goes on reading the context, from `state`, which stays as it is; the result is the caller's to dispose. */
    async read(state: ContextState, points: Points): Promise<ContextState> {
      const [b, n] = points.x.shape;
      const [x, y] = [await hostRows(points.x), await hostRows(points.y)];
      const hidden = points.hidden && await points.hidden.data() as Float32Array;
      let latest = copyOf(state);
      for (let start = 0; start < n; start += size) {
        const piece = [x, y].map((rows) => rowsFrom(rows, start, size)) as [tf.Tensor3D, tf.Tensor3D];
        const mask = maskFrom(hidden, b, n, start, size);
        const next = await read.async(latest, ...piece, mask);
        free(latest, piece, mask);
        latest = next;
      }
      return latest;
    },
    /** At inputs [b, nt, dimX]: [b, nt, dimY], with a leading axis for k samples. @throws UserError without any */
    async predict(summary: Summary, xt: tf.Tensor3D, noise?: tf.Tensor): Promise<Normal> {
      const n = xt.shape[1];
      if (n === 0) throw new UserError("targets: expected at least one input, found none");
      const inputs = await hostRows(xt);
      let all: { mean: HostRows; sigma: HostRows } | undefined;
      for (let start = 0; start < n; start += size) {
        const piece = rowsFrom(inputs, start, size) as tf.Tensor3D;
        const { mean, sigma } = await predict.async(summary, piece, noise);
        all ??= { mean: roomLike(mean, n), sigma: roomLike(sigma, n) };
        putRows(all.mean, start, await hostRows(mean));
        putRows(all.sigma, start, await hostRows(sigma));
        tf.dispose([mean, sigma, piece]);
      }
      const tensor = ({ data, shape }: HostRows) => tf.tensor(data, shape);
      return { mean: tensor(all!.mean), sigma: tensor(all!.sigma) };
    },
    /** Frees the programs; the model stays. */
    dispose() {
      read.dispose();
      predict.dispose();
    },
  };
}

/** Room for n rows such as a piece [..., size, d] has. */
function roomLike({ shape }: tf.Tensor, n: number): HostRows {
  const whole = [...shape.slice(0, -2), n, shape.at(-1)!];
  return { shape: whole, data: new Float32Array(tf.util.sizeFromShape(whole)) };
}

/** [b, size], 1 for rows that are hidden or not there. */
function maskFrom(
  hidden: Float32Array | undefined,
  b: number,
  n: number,
  start: number,
  size: number,
): tf.Tensor2D {
  const mask = new Float32Array(b * size).fill(1);
  const count = Math.min(size, n - start);
  for (let task = 0; task < b; task++) {
    for (let row = 0; row < count; row++) {
      mask[task * size + row] = hidden ? hidden[task * n + start + row]! : 0;
    }
  }
  return tf.tensor2d(mask, [b, size]);
}

const copyOf = ({ rows, pooled }: ContextState): ContextState => {
  const copy = ({ highest, sums, totals }: ContextState["rows"]) => ({
    highest: tf.clone(highest),
    sums: tf.clone(sums),
    totals: tf.clone(totals),
  });
  return { rows: copy(rows), pooled: copy(pooled) };
};

// Rows cut and put together on the host, where their number is part of no program.

/** Values of a tensor [..., n, d]. */
interface HostRows {
  data: Float32Array;
  shape: number[];
}

const hostRows = async (x: tf.Tensor): Promise<HostRows> => ({
  data: await x.data() as Float32Array,
  shape: x.shape,
});

/** Rows number `start` to `start + size` - 1, [..., size, d]; the last row stands for those that are not there. */
function rowsFrom({ data, shape }: HostRows, start: number, size: number): tf.Tensor {
  const [n, d] = shape.slice(-2) as [number, number];
  const count = Math.min(size, n - start);
  const groups = data.length / (n * d);
  const values = new Float32Array(groups * size * d);
  for (let g = 0; g < groups; g++) {
    const from = (g * n + start) * d;
    const to = g * size * d;
    values.set(data.subarray(from, from + count * d), to);
    const last = data.subarray(from + (count - 1) * d, from + count * d);
    for (let row = count; row < size; row++) values.set(last, to + row * d);
  }
  return tf.tensor(values, [...shape.slice(0, -2), size, d]);
}

/** Writes a piece [..., size, d] over the rows from `start` on, as far as there are rows. */
function putRows({ data, shape }: HostRows, start: number, piece: HostRows): void {
  const [n, d] = shape.slice(-2) as [number, number];
  const size = piece.shape.at(-2)!;
  const count = Math.min(size, n - start);
  for (let g = 0; g < data.length / (n * d); g++) {
    const from = g * size * d;
    data.set(piece.data.subarray(from, from + count * d), (g * n + start) * d);
  }
}
