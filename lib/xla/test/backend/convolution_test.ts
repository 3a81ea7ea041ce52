import { ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values } from "../support/backend.ts";
import { liveBuffers } from "../../src/pjrt/buffer.ts";
import { floats } from "../support/cases.ts";
import { jit } from "../../src/mod.ts";

backendTest(
  "a compiled step of a convolutional network learns as the eager one does, and leaves nothing behind",
  () => {
    const before = liveBuffers();
    const losses = [(f: () => tf.Tensor) => () => tf.tidy(f), jit].map((compiled) => {
      const x = floats([4, 6, 6, 2]) as tf.Tensor4D;
      const target = floats([4, 3], 1);
      const filter = tf.tidy(() => tf.variable(floats([3, 3, 2, 4], 0.3))) as tf.Variable<tf.Rank.R4>;
      const head = tf.tidy(() => tf.variable(floats([36, 3], 0.1))) as tf.Variable<tf.Rank.R2>;
      const optimizer = tf.train.sgd(0.05);
      const step = compiled(() =>
        optimizer.minimize(() => {
          const features = tf.maxPool(tf.relu(tf.conv2d(x, filter, 1, "same")), 2, 2, "same");
          const output = tf.matMul(tf.reshape(features, [4, 36]) as tf.Tensor2D, head);
          return tf.losses.meanSquaredError(target, output) as tf.Scalar;
        }, true)!
      );
      const found = Array.from({ length: 5 }, () => values(step())[0]!);
      if ("dispose" in step) (step.dispose as () => void)();
      optimizer.dispose();
      tf.dispose([x, target, filter, head]);
      return found;
    });
    const [eager, compiled] = losses as [number[], number[]];
    ok(eager[4]! < eager[0]! * 0.9, `${eager}`);
    ok(eager.every((loss, i) => Math.abs(loss - compiled[i]!) < 1e-5), `${eager} and ${compiled}`);
    ok(liveBuffers() === before, `${liveBuffers()} buffers live, ${before} before`);
  },
);
