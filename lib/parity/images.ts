import * as tf from "@tensorflow/tfjs-core";
import { imageBatch, type ImageShape, paint, pixelValues, plain, targetAll } from "../data/images/tasks.ts";
import { field, fixture, type GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { computeNamed } from "./compute.ts";
import { parameterTensor } from "./parameters.ts";
import { tailNoise } from "./tail_noise.ts";

interface ImageArguments {
  num_ctx: number;
  num_tar?: number;
  C: number;
  H: number;
  W: number;
}

/** The background of pictures that the reference makes of places. */
const MAUVE = [0.61, 0.55, 0.71] as const;

/** Which pixel each point [n, 2] is: the nearest one, row · width + column. */
export function pixelsAt({ height, width }: ImageShape, x: ArrayLike<number>): Int32Array {
  const nearest = (place: number, length: number) => Math.round((place + 1) * (length - 1) / 2);
  return Int32Array.from(
    { length: x.length / 2 },
    (_, i) => nearest(x[2 * i]!, height) * width + nearest(x[2 * i + 1]!, width),
  );
}

/** Completion tasks from recorded draws, and their pictures, `image_task_*`. */
export async function runImageTask(golden: GoldenCase): Promise<Produced> {
  const given = field<ImageArguments>(golden.spec, "arguments", golden.name);
  const shape = { height: given.H, width: given.W, channels: given.C };
  const { context, target } = given.num_tar === undefined
    ? targetAll(shape, given.num_ctx)
    : { context: given.num_ctx, target: given.num_tar };
  const points = context + target;
  const batch = fixture(golden, "input/img").shape[0]!;
  /** Channels last. */
  const values = (name: string) =>
    tf.transpose(tf.reshape(parameterTensor(golden, name), [batch, given.C, given.H * given.W]), [
      0,
      2,
      1,
    ]) as tf.Tensor3D;
  const order = parameterTensor(golden, "noise/u_pix") as tf.Tensor2D;
  const noise = tailNoise(golden, (name) => values(`noise/${name}`), { uniform: "u_tn", largest: 0.09 });
  const clean = values("input/img");
  const pixels = noise ? tf.add(clean, noise) as tf.Tensor3D : clean;
  const produced = await computeNamed(() => {
    const { x, y, index } = imageBatch(shape, pixels, points, order);
    return { "output/img_x": x, "output/img_y": y, "output/idx": index };
  });
  const part = (name: string, item: number, width: number, to: number) =>
    produced.get(`output/${name}`)!.subarray(item * points * width, (item * points + to) * width);
  const shown = Array.from({ length: batch }, (_, item) => {
    const add = (to: number, onto: Float32Array) =>
      paint(shape, part("idx", item, 1, to), pixelValues(part("img_y", item, given.C, to)), onto);
    const task = add(context, plain(shape));
    const places = pixelsAt(shape, part("img_x", item, 2, points));
    const byPlace = paint(shape, places, part("img_y", item, given.C, points), plain(shape, MAUVE));
    return { task, completed: add(points, task), byPlace };
  });
  produced.set("output/task_img", channelsFirst(shown.map(({ task }) => task)));
  produced.set("output/completed_img", channelsFirst(shown.map(({ completed }) => completed)));
  produced.set("output/coord_img", channelsFirst(shown.map(({ byPlace }) => byPlace)));
  return produced;

  /** Pictures [b, h, w, 3] as the reference stores them, [b, 3, h, w]. */
  function channelsFirst(pictures: Float32Array[]): Float32Array {
    const size = given.H * given.W;
    return Float32Array.from(
      pictures.flatMap((picture) =>
        Array.from({ length: 3 * size }, (_, i) => picture[(i % size) * 3 + Math.floor(i / size)]!)
      ),
    );
  }
}
