import * as tf from "@tensorflow/tfjs-core";
import { jit } from "../../engine/mod.ts";
import type { TaskPoints, TaskSource } from "../task_source.ts";
import { checkRanges, type CountRanges } from "./counts.ts";
import type { GpKernel } from "./kernels.ts";
import { paddedSize, sampleGp } from "./sampler.ts";

/**
 * Tasks of a Gaussian process, sampled by the engine as a program of its own: one of at most four sizes, shared by all
 * models that train on them.
 *
 * @throws UserError for ranges that are none.
 */
export function gpSource(
  { kernel, batch, ...ranges }: { kernel: GpKernel; batch: number } & CountRanges,
): TaskSource {
  checkRanges(ranges);
  const most = ranges.context[1] + ranges.target[1];
  const sample = jit((key: tf.Tensor, points: number): TaskPoints => {
    const { x, y } = sampleGp({ kernel, batch, points }, key);
    return { x, y };
  }, { static: [1] });
  return {
    name: `gp-${kernel}`,
    dimX: 1,
    dimY: 1,
    batch,
    ranges,
    make(key, _, size) {
      const given = tf.tensor1d([...key], "int32");
      const points = sample(given, paddedSize(size, Math.max(most, size)));
      given.dispose();
      return points;
    },
    dispose: () => sample.dispose(),
  };
}
