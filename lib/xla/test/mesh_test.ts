import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable, xla } from "./support/backend.ts";
import { createClient } from "../src/pjrt/client.ts";
import { bufferToHostSync, liveBuffers } from "../src/pjrt/buffer.ts";
import { scan } from "../src/scan.ts";
import { jit } from "../src/mod.ts";
import type { JitOptions } from "../src/jit.ts";

/** All the devices there are, up to four. XLA's plugin for the CPU makes several of one. */
function devices(): number {
  const { length } = xla().client.devices;
  ok(length > 1 || xla().client.platform !== "cpu", "the CPU is several devices");
  return Math.min(4, length);
}

/** Ten steps of Adam on a two-layer regression. @returns losses, variables and the number of programs */
function train(options?: JitOptions) {
  const shapes = [[3, 16], [16], [16, 1]];
  const weights = shapes.map((shape, i) =>
    tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 0.5, "float32", i + 1)))
  );
  const moments = shapes.flatMap((shape) => [0, 1].map(() => tf.tidy(() => tf.variable(tf.zeros(shape)))));
  const step = jit(function step(x: tf.Tensor, y: tf.Tensor, t: tf.Tensor) {
    const [w, b, v] = weights as [tf.Variable, tf.Variable, tf.Variable];
    const { value, grads } = tf.variableGrads(() => {
      const hidden = tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, w as never), b));
      return tf.losses.meanSquaredError(y, tf.matMul(hidden as tf.Tensor2D, v as never)) as tf.Scalar;
    }, weights);
    weights.forEach((weight, i) => {
      const gradient = grads[weight.name]!;
      const [first, second] = moments.slice(2 * i) as [tf.Variable, tf.Variable];
      const correct = (moment: tf.Tensor, decay: number) => tf.div(moment, tf.sub(1, tf.pow(decay, t)));
      first.assign(tf.add(tf.mul(first, 0.9), tf.mul(gradient, 0.1)));
      second.assign(tf.add(tf.mul(second, 0.999), tf.mul(tf.square(gradient), 0.001)));
      const change = tf.div(correct(first, 0.9), tf.add(tf.sqrt(correct(second, 0.999)), 1e-8));
      weight.assign(tf.sub(weight, tf.mul(change, 0.05)));
    });
    return value;
  }, options);
  const losses = Array.from({ length: 10 }, (_, i) =>
    tf.tidy(() => {
      const x = tf.randomNormal([32, 3], 0, 1, "float32", 100 + i);
      const y = tf.sum(tf.mul(x, tf.tensor1d([1, -2, 0.5])), 1, true);
      return values(step(x, y, tf.scalar(i + 1)))[0]!;
    }));
  return { losses, step, variables: [...weights, ...moments] };
}

/** The values of a variable on each device. */
function onEachDevice(variable: tf.Variable, count: number): number[][] {
  const storage = xla().storageOf(variable.dataId);
  return storage.handles(count).map((buffer) => {
    const into = new Float32Array(variable.size);
    bufferToHostSync(xla().client.api, buffer, into);
    return [...into];
  });
}

const near = (found: number[], expected: number[], tolerance = 1e-5) =>
  found.forEach((v, i) => ok(Math.abs(v - expected[i]!) < tolerance, `${i}: ${v} is not ${expected[i]}`));

backendTest("ten steps of Adam over a mesh have the losses of one device, and equal weights on all", () => {
  const count = devices();
  const alone = train();
  const buffers = liveBuffers();
  const together = train({ mesh: { devices: count, batch: [0, 1] } });
  near(together.losses, alone.losses);
  ok(alone.losses[9]! < alone.losses[0]!);
  together.variables.forEach((variable, i) => {
    const copies = onEachDevice(variable, count);
    for (const copy of copies) deepEqual(copy, copies[0]);
    near(copies[0]!, Array.from(alone.variables[i]!.dataSync()));
  });
  equal(together.step.programs(), 1);
  together.step.dispose();
  tf.dispose(together.variables);
  equal(liveBuffers(), buffers);
  alone.step.dispose();
  tf.dispose(alone.variables);
});

backendTest("results are whole, and all kinds of operations are split", () => {
  const mesh = { devices: devices(), batch: [0] };
  const w = variable([1, 2, 3]);
  const f = (x: tf.Tensor, shift: tf.Tensor): tf.Tensor[] => {
    const rows = tf.softmax(tf.add(tf.mul(x, w), shift));
    const total = scan((c: tf.Tensor, v: tf.Tensor) => [tf.add(c, v), tf.mul(c, v)], tf.zeros([3]), x);
    return [rows, tf.max(x, 0), tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D, true), ...total, shift];
  };
  const x = tf.randomNormal([8, 3], 0, 1, "float32", 1);
  const shift = tf.tensor1d([0.5, 0, -1]);
  const split = jit(f, { mesh });
  const [found, expected] = [split(x, shift), f(x, shift)];
  const inputs = 4 * (8 * 3 / mesh.devices + 3 + 3);
  equal(split.memory(x, shift)!.arguments, inputs, "each device has its part of the batch");
  deepEqual(found.map(({ shape }) => shape), expected.map(({ shape }) => shape));
  found.forEach((tensor, i) => near(values(tensor), Array.from(expected[i]!.dataSync())));
  w.dispose();
});

backendTest(
  "variables may be used by one device and by several in turn; donation frees all copies",
  async () => {
    const mesh = { devices: devices(), batch: [1] };
    const v = variable([1, 2]);
    const add = (_: tf.Tensor, x: tf.Tensor) => {
      v.assign(tf.add(v, tf.mean(x, 0)) as tf.Tensor1D);
      return tf.mul(_, v);
    };
    const [alone, together] = [jit(add), jit(add, { mesh, donate: [0] })];
    const x = tf.tidy(() => tf.add(tf.ones([8, 2]), 0));
    x.dataSync();
    const before = liveBuffers();
    for (let i = 0; i < 3; i++) {
      const one = tf.ones([2]);
      alone(one, x).dispose();
      const result = i === 1 ? await together.async(one, x) : together(one, x);
      deepEqual(values(result), [3 + 2 * i, 4 + 2 * i]);
      throws(() => one.dataSync(), /was donated to add/);
      one.dispose();
    }
    deepEqual(values(v), [7, 8]);
    equal(liveBuffers() - before, mesh.devices, "one copy of the variable for each device");
    tf.dispose([v, x]);
    equal(liveBuffers(), before - 1);
  },
);

backendTest("what can't be split is named", () => {
  const count = devices();
  const f = (options: JitOptions) =>
    jit(function split(x: tf.Tensor) {
      return tf.sum(x);
    }, options);
  const { length } = xla().client.devices;
  throws(
    () => f({ mesh: { devices: length + 1, batch: [0] } })(tf.ones([8])),
    new RegExp(`split: expected a mesh of 1 to ${length} devices, which there are; found ${length + 1}`),
  );
  if (count > 1) {
    throws(
      () => f({ mesh: { devices: count, batch: [0] } })(tf.ones([count + 1, 2])),
      new RegExp(
        `a batch tensor \\[${count + 1},2\\] can't be split into ${count} equal parts along axis 0; pad it`,
      ),
    );
    throws(
      () => f({ mesh: { devices: count, batch: [0] } })(tf.scalar(1)),
      /a batch tensor \[\] can't be split/,
    );
  }
  deepEqual(values(f({ mesh: { devices: 1, batch: [0] } })(tf.ones([3]))), [3]);
});

backendTest("the CPU is as many devices as it is told", () => {
  const { client } = xla();
  if (client.platform !== "cpu") return;
  for (const cpuDevices of [1, 3]) {
    equal(createClient(client.api.path, { cpuDevices }).devices.length, cpuDevices);
  }
});
