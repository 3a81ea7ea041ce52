import { deepEqual, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import type { Parameter } from "../../nn/parameters.ts";
import { GP_DIMS } from "./dims.ts";
import { cipnp, cipnpSharp, ipnp, ipnpSharp } from "./models.ts";
import { publishedSpin } from "./registry.ts";

const DIMS = { ...GP_DIMS, dimHid: 16, dimLat: 8 };
const SPIN = publishedSpin(5);

/** By what the initial values of each parameter are multiplied, where that is not 1. */
function factors(ours: Parameter[], theirs: Parameter[]): Record<string, number> {
  deepEqual(ours.map(({ name, shape }) => [name, shape]), theirs.map(({ name, shape }) => [name, shape]));
  return Object.fromEntries(ours.flatMap(({ name, variable }, i) => {
    const [a, b] = [variable.dataSync(), theirs[i]!.variable.dataSync()];
    const factor = Math.max(...a) / Math.max(...b) || 1;
    ok([...a].every((value, j) => Math.abs(value - factor * b[j]!) < 1e-5 * Math.abs(value) + 1e-7), name);
    return factor === 1 ? [] : [[name, Number(factor.toFixed(3))]];
  }));
}

Deno.test("a sharp start is the reference's model with other scales of H_D, of what it reads, and of the targets' queries", async () => {
  await useEngine("cpu");
  const points = Number((1 / Math.sqrt(6 / (6 * 16))).toFixed(3));
  tf.tidy(() => {
    const [sharp, plain] = [cipnpSharp(DIMS, SPIN, 3), cipnp(DIMS, SPIN, 3)];
    deepEqual(factors(sharp.parameters, plain.parameters), {
      "enc1.spin.H_D": points,
      "enc1.spin.spin_blocks.0.xabd.data_xattn.fc_k.weight": 64,
      "enc1.attn.fc_q.weight": 8,
      "enc2.net_pre.2.H_D": points,
      "enc2.net_pre.2.spin_blocks.0.xabd.data_xattn.fc_k.weight": 64,
    });
    const latent = factors(ipnpSharp(DIMS, SPIN, 3).parameters, ipnp(DIMS, SPIN, 3).parameters);
    deepEqual(Object.values(latent).sort(), [64, 64, 8, points, points].sort());
  });
});

Deno.test("from the start, inducing points read different things", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const x = tf.randomUniform([1, 40, 1], -2, 2, "float32", 1) as tf.Tensor3D;
    const y = tf.sin(tf.mul(3, x)) as tf.Tensor3D;
    /** How much of what they have read is not the same for all of them. */
    const apart = ({ stream }: ReturnType<typeof cipnp>): number => {
      const reading = stream();
      const { induced } = reading.summary(reading.read(reading.start(1), { x, y }));
      const { variance } = tf.moments(induced, 1);
      return tf.mean(variance).dataSync()[0]! / tf.moments(induced).variance.dataSync()[0]!;
    };
    const published = publishedSpin(32);
    const sharp = apart(cipnpSharp(GP_DIMS, published, 3));
    const plain = apart(cipnp(GP_DIMS, published, 3));
    ok(sharp > 0.3 && plain < 0.03, `sharp ${sharp}, plain ${plain}`);
  });
});
