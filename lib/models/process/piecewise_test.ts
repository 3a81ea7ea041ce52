import { equal, ok, rejects, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { noPlugin } from "../../engine/support_test.ts";
import { UserError } from "../../errors.ts";
import { GP_DIMS } from "./dims.ts";
import { cipnp, ipnp } from "./models.ts";
import { piecewise } from "./piecewise.ts";
import type { Points } from "./points.ts";
import type { SpinOptions } from "./spin.ts";

const DIMS = { ...GP_DIMS, dimHid: 16, dimLat: 8 };
const SPIN: SpinOptions = { useHA: false, ablaInduce: false, haDim: -1, induce: 3, heads: 4, blocks: 1 };
const BATCH = 2;

const apart = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

function context(n: number, hidden: boolean): Points {
  const x = tf.randomUniform([BATCH, n, 1], -2, 2, "float32", n) as tf.Tensor3D;
  const mask = Array.from(
    { length: BATCH },
    (_, b) => Array.from({ length: n }, (_, i) => Number(i % 3 === b)),
  );
  return { x, y: tf.sin(x), ...(hidden && { hidden: tf.tensor2d(mask) }) };
}

for (const engine of ["cpu", "xla"]) {
  Deno.test({
    name: `any numbers of points in pieces of one size are as all at once (${engine})`,
    ignore: engine === "xla" && noPlugin,
    fn: async () => {
      await useEngine(engine);
      for (const [hidden, model] of [[false, ipnp(DIMS, SPIN, 1)], [true, cipnp(DIMS, SPIN, 1)]] as const) {
        const stream = model.stream();
        const noise = hidden ? undefined : tf.randomNormal([3, BATCH, 8], 0, 1, "float32", 7);
        const pieces = piecewise(stream, 4);
        const [first, second] = [context(5, hidden), context(8, hidden)];
        const xt = tf.randomUniform([BATCH, 11, 1], -2, 2, "float32", 3) as tf.Tensor3D;
        const empty = stream.start(BATCH);
        const early = await pieces.read(empty, first);
        const found = await pieces.read(early, second);
        const summary = stream.summary(found);
        // Variables are made at the first use.
        tf.dispose({ ...await pieces.predict(summary, xt, noise) });
        const before = tf.memory().numTensors;
        const { mean, sigma } = await pieces.predict(summary, xt, noise);
        equal(tf.memory().numTensors, before + 2);
        tf.tidy(() => {
          const all = stream.read(stream.read(stream.start(BATCH), first), second);
          const whole = stream.predict(stream.summary(all), xt, noise);
          ok(apart(mean, whole.mean) < 1e-6 && apart(sigma, whole.sigma) < 1e-6);
        });
        pieces.dispose();
        model.parameters.forEach((parameter) => parameter.dispose());
      }
    },
  });
}

Deno.test("a prediction without targets and pieces without rows are refused", async () => {
  await useEngine("cpu");
  const { parameters, stream } = cipnp(DIMS, SPIN, 1);
  const model = stream();
  const summary = model.summary(model.start(1));
  await rejects(
    piecewise(model).predict(summary, tf.zeros([1, 0, 1])),
    (error) =>
      error instanceof UserError && /targets: expected at least one input, found none/.test(error.message),
  );
  throws(
    () => piecewise(model, 2.5),
    /pieceSize: expected a whole number of rows of at least 1, found 2.5/,
  );
  parameters.forEach((parameter) => parameter.dispose());
});
