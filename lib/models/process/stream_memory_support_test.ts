import { ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { memoryOf, tensorSpec } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { GP_DIMS } from "./dims.ts";
import { createProcess, streamOf } from "./registry.ts";

/** For tests: the memory of steps that read their context in pieces. */

const [TARGETS, PIECE] = [256, 8192];

/** A test that the memory of a training step does not grow with its context. */
export function streamMemoryTest(name: "ipnp" | "ipnp-fast"): void {
  xlaTest(
    `a step of ${name} on a million points needs the memory of one on 65,536, beside the points`,
    () => {
      const process = createProcess(name, GP_DIMS, 16, 1);
      const model = streamOf(process, name);
      const variables = process.parameters.map(({ variable }) => variable);
      /** Bytes beyond the inputs, for the loss and all gradients. */
      const beyond = (context: number): number => {
        const step = (x: tf.Tensor3D, y: tf.Tensor3D, noise: tf.Tensor) =>
          tf.variableGrads(() => model.trainLoss({ x, y, context }, noise, PIECE), variables);
        const points = tensorSpec([1, context + TARGETS, 1]);
        const memory = memoryOf(step, points, points, tensorSpec([1, GP_DIMS.dimLat]));
        return memory.peak - memory.arguments;
      };
      const [few, many] = [beyond(65_536), beyond(1_000_000)];
      ok(many < 1.1 * few, `${few} bytes for 65,536 points, ${many} for 1,000,000`);
      ok(many < 200e6, `${many} bytes`);
      process.parameters.forEach((parameter) => parameter.dispose());
    },
  );
}
