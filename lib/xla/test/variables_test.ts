import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, useBackend, values, variable } from "./support/backend.ts";
import { liveBuffers } from "../src/pjrt/buffer.ts";
import { jit } from "../src/mod.ts";

const assign = (v: tf.Variable, value: tf.Tensor) => v.assign(value as tf.Tensor1D);

/** One hundred steps of gradient descent with momentum on a small regression. @returns losses and weights. */
function train(compile: typeof jit): { losses: number[]; weights: number[] } {
  return tf.tidy(() => {
    const [w, m] = [variable([0.5, -1, 2]), variable([0, 0, 0])];
    const x = tf.tensor2d([1, 2, 3, -1, 0, 1, 2, -2, 1, 0.5, 1, 1], [4, 3]);
    const y = tf.tensor1d([1, 2, 3, 4]);
    const step = compile((x: tf.Tensor, y: tf.Tensor) => {
      const loss = () => tf.losses.meanSquaredError(y, tf.dot(x, w)) as tf.Scalar;
      const { value, grads } = tf.variableGrads(loss, [w]);
      assign(m, tf.add(tf.mul(m, 0.9), grads[w.name]!));
      assign(w, tf.sub(w, tf.mul(m, 0.01)));
      return value;
    });
    const losses = Array.from({ length: 100 }, () => values(step(x, y))[0]!);
    const weights = [...values(w), ...values(m)];
    tf.dispose([w, m]);
    return { losses, weights };
  });
}

const near = (a: number[], b: number[]) =>
  ok(a.length === b.length && a.every((v, i) => Math.abs(v - b[i]!) < 1e-4), `${a} is not near ${b}`);

backendTest(
  "variables that a compiled step reads and assigns have the cpu engine's values after 100 steps",
  async () => {
    const found = train(jit);
    await useBackend("cpu");
    const expected = train((fn) => fn as never);
    near(found.losses, expected.losses);
    near(found.weights, expected.weights);
  },
);

backendTest("tensors that share data with an assigned variable keep their values", () => {
  const x = tf.tensor1d([1, 2]);
  const v = tf.variable(x);
  const step = jit(() => assign(v, tf.mul(v, 2)));
  step();
  const first = v.clone();
  step();
  const second = v.reshape([2, 1]);
  step();
  step();
  deepEqual([x, first, second, v].map(values), [[1, 2], [2, 4], [4, 8], [16, 32]]);
  v.dispose();
});

backendTest("variables made from one tensor are told apart, and from the tensor itself", () => {
  const zero = tf.tensor1d([0, 0]);
  const [a, b] = [tf.variable(zero), tf.variable(zero)];
  const step = jit(() => {
    assign(a, tf.add(a, 1));
    return tf.stack([a, b, zero]);
  });
  deepEqual(values(step()), [1, 1, 0, 0, 0, 0]);
  deepEqual(values(step()), [2, 2, 0, 0, 0, 0]);
  assign(b, tf.tensor1d([7, 7]));
  deepEqual(values(step()), [3, 3, 7, 7, 0, 0]);
  tf.dispose([a, b]);
});

backendTest("a variable whose value another compiled function has built in does not overwrite it", () => {
  const x = tf.tensor1d([1, 2]);
  const captured = jit(() => tf.mul(x, 10));
  deepEqual(values(captured()), [10, 20]);
  const v = tf.variable(x);
  x.dispose();
  const step = jit(() => assign(v, tf.add(v, 1)));
  for (let i = 0; i < 3; i++) step();
  deepEqual(values(captured()), [10, 20]);
  deepEqual(values(v), [4, 5]);
  v.dispose();
});

backendTest("values that wait to be computed are not changed by a step that comes first", () => {
  const v = variable([1, 2]);
  const step = jit(() => assign(v, tf.mul(v, 3)));
  step();
  const later = tf.add(v, 1);
  step();
  deepEqual(values(later), [4, 7]);
  deepEqual(values(v), [9, 18]);
  v.dispose();
});

backendTest("variables may be assigned each other's values, or swapped", () => {
  const [a, b] = [variable([1]), variable([2])];
  const copy = jit(() => assign(a, b));
  copy();
  copy();
  assign(b, tf.tensor1d([5]));
  deepEqual([values(a), values(b)], [[2], [5]]);
  copy();
  assign(b, tf.tensor1d([6]));
  deepEqual([values(a), values(b)], [[5], [6]]);
  const swap = jit(() => {
    const old = a.clone();
    assign(a, b);
    assign(b, old);
  });
  for (const expected of [[6, 5], [5, 6], [6, 5]]) {
    swap();
    deepEqual([...values(a), ...values(b)], expected);
  }
  tf.dispose([a, b]);
});

backendTest("a variable that is assigned twice, or a constant, or an argument, has the last value", () => {
  const v = variable([1]);
  const twice = jit((x: tf.Tensor) => {
    assign(v, tf.add(v, x));
    assign(v, tf.mul(v, x));
  });
  const constant = jit(() => assign(v, tf.tensor1d([4])));
  const given = jit((x: tf.Tensor) => assign(v, x));
  const x = tf.tensor1d([3]);
  twice(x);
  twice(x);
  deepEqual(values(v), [45]);
  constant();
  deepEqual(values(tf.add(v, 1)), [5]);
  constant();
  twice(x);
  deepEqual(values(v), [21]);
  given(x);
  given(x);
  twice(x);
  deepEqual([values(v), values(x)], [[18], [3]]);
  v.dispose();
});

backendTest("variables made at first use become variables of the program", () => {
  let [calls, w] = [0, undefined as tf.Variable | undefined];
  const f = jit((x: tf.Tensor) => {
    calls++;
    w ??= tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    return tf.mul(w, x);
  });
  deepEqual(values(f(tf.scalar(2))), [2, 4]);
  deepEqual([calls, f.programs()], [2, 1], "recorded again at once, with the variable");
  assign(w!, tf.tensor1d([5, 6]));
  deepEqual(values(f(tf.scalar(2))), [10, 12]);
  equal(calls, 2);
  w!.dispose();
});

backendTest("tfjs's own optimisers make their variables inside", async () => {
  const fit = (compile: typeof jit) => {
    const w = variable([1, -2]);
    const adam = tf.train.adam(0.1);
    const step = compile(() => adam.minimize(() => tf.sum(tf.square(w)) as tf.Scalar, false, [w]));
    for (let i = 0; i < 20; i++) step();
    const found = values(w);
    adam.dispose();
    w.dispose();
    return found;
  };
  const found = fit(jit);
  await useBackend("cpu");
  near(found, fit((fn) => fn as never));
});

backendTest("a function that throws leaves variables as they were", () => {
  const [a, b] = [variable([1]), variable([2])];
  const known = new Set(Object.keys(tf.engine().registeredVariables));
  const before = tf.memory().numTensors;
  const fail = jit((x: tf.Tensor) => {
    const old = a.clone();
    assign(a, b);
    assign(b, old);
    assign(a, tf.add(a, x));
    tf.variable(tf.add(x, 1));
    throw new Error("on purpose");
  });
  for (let i = 0; i < 2; i++) throws(() => fail(tf.scalar(1)), /on purpose/);
  deepEqual([values(a), values(b)], [[1], [2]]);
  deepEqual(Object.keys(tf.engine().registeredVariables).filter((name) => !known.has(name)), []);
  equal(tf.memory().numTensors, before + 2, "the two arguments");
  const step = jit(() => assign(a, tf.add(a, b)));
  step();
  step();
  deepEqual([values(a), values(b)], [[5], [2]]);
  tf.dispose([a, b]);
});

backendTest("a compiled function that uses a disposed variable names it", () => {
  const [read, written] = [variable([1], "weights"), variable([1], "state")];
  const reading = jit(() => tf.add(read, 1));
  const writing = jit(() => assign(written, tf.tensor1d([2])));
  reading().dispose();
  writing();
  tf.dispose([read, written]);
  throws(() => reading(), /variable 'weights' is disposed, and a compiled function uses it/);
  throws(() => writing(), /variable 'state' is disposed/);
});

backendTest("variables come along when they were made on another engine", async () => {
  await useBackend("cpu");
  const v = variable([1, 2]);
  await useBackend("xla");
  const step = jit(() => {
    assign(v, tf.add(v, 1));
    return tf.sum(v);
  });
  deepEqual([values(step()), values(step())], [[5], [7]]);
  await useBackend("cpu");
  deepEqual(values(tf.mul(v, 2)), [6, 8]);
  await useBackend("xla");
  deepEqual(values(step()), [9]);
  v.dispose();
});

backendTest("a thousand steps leave tensors and buffers as many as they were", () => {
  const weights = Array.from({ length: 5 }, (_, i) => variable([i, 1]));
  const x = tf.tensor1d([1, 2]);
  const step = jit((x: tf.Tensor) => {
    for (const w of weights) assign(w, tf.add(w, x));
    return tf.sum(weights[0]!);
  });
  step(x).dispose();
  const [tensors, buffers] = [tf.memory().numTensors, liveBuffers()];
  let loss = tf.scalar(0) as tf.Tensor;
  for (let i = 0; i < 1000; i++) {
    loss.dispose();
    loss = step(x);
  }
  loss.dispose();
  deepEqual([tf.memory().numTensors, liveBuffers()], [tensors, buffers]);
  deepEqual(values(weights[4]!), [1005, 2003]);
  tf.dispose([...weights, x]);
  step.dispose();
  equal(liveBuffers(), buffers - 6);
});
