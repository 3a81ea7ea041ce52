import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, useBackend, values, variable } from "./support/backend.ts";
import { jit } from "../src/mod.ts";
import { tensorSpec } from "../src/tree.ts";

backendTest("a function is recorded once for each signature of its arguments", () => {
  let calls = 0;
  const scale = jit((x: tf.Tensor, by: number) => {
    calls++;
    return tf.mul(x, by);
  });
  const x = tf.tensor1d([1, 2]);
  deepEqual(values(scale(x, 2)), [2, 4]);
  deepEqual(values(scale(tf.tensor1d([5, 6]), 2)), [10, 12]);
  equal(calls, 1);
  deepEqual(values(scale(x, 3)), [3, 6]);
  equal(calls, 2, "another plain value");
  deepEqual(values(scale(tf.tensor1d([1, 2, 3]), 2)), [2, 4, 6]);
  equal(calls, 3, "another shape");
  deepEqual(values(scale(tf.tensor1d([1, 2], "int32"), 2)), [2, 4]);
  equal(calls, 4, "another type");
  deepEqual(values(scale(x, -0)).map((v) => Object.is(v, -0)), [true, true]);
  deepEqual(values(scale(x, 0)).map((v) => Object.is(v, 0)), [true, true]);
  equal(calls, 6, "zero and minus zero");
  equal(scale.programs(), 6);
  scale(x, 2).dispose();
  equal(calls, 6);
  scale.dispose();
  equal(scale.programs(), 0);
  deepEqual(values(scale(x, 2)), [2, 4]);
  equal(calls, 7);
});

backendTest("arguments and results are trees of tensors and plain values", () => {
  interface Given {
    pair: [tf.Tensor, tf.Tensor];
    how: { by: number; name: string; nothing: null };
  }
  const f = jit(({ pair: [a, b], how }: Given) => ({
    sum: tf.add(a, b),
    list: [tf.sub(a, b), how.name, [tf.mul(a, how.by)]] as const,
    none: how.nothing,
  }));
  const given: Given = {
    pair: [tf.tensor1d([3, 4]), tf.scalar(1)],
    how: { by: 2, name: "x", nothing: null },
  };
  for (let i = 0; i < 2; i++) {
    const { sum, list: [difference, name, [product]], none } = f(given);
    deepEqual([values(sum), values(difference), values(product)], [[4, 5], [2, 3], [6, 8]]);
    deepEqual([name, none], ["x", null]);
  }
  equal(f.programs(), 1);
});

backendTest("an argument may come back as it is, and a result may come twice", () => {
  const f = jit((x: tf.Tensor) => {
    const y = tf.add(x, 1);
    return [x, y, y];
  });
  const x = tf.tensor1d([1]);
  for (let i = 0; i < 2; i++) {
    const results = f(x);
    x.dataSync();
    deepEqual(results.map(values), [[1], [2], [2]]);
  }
  deepEqual(values(x), [1]);
});

backendTest("what is no tensor, array, plain object or plain value is refused with its kind", () => {
  const f = jit((x: unknown) => tf.scalar(x === null ? 0 : 1));
  throws(() => f(new Float32Array(2)), /a compiled function takes and returns .*; found Float32Array/);
  throws(() => f(new Map()), /found Map/);
  throws(() => f(() => 1), /found a function/);
  throws(() => jit(() => new Map())(), /found Map/);
});

backendTest("a compiled function inside another one becomes part of it", () => {
  let calls = 0;
  const inner = jit((x: tf.Tensor) => {
    calls++;
    return tf.square(x);
  });
  const outer = jit((x: tf.Tensor) => tf.add(inner(x), inner(tf.add(x, 1))));
  deepEqual(values(outer(tf.tensor1d([2]))), [13]);
  deepEqual(values(outer(tf.tensor1d([3]))), [25]);
  deepEqual([calls, inner.programs(), outer.programs()], [2, 0, 1]);
});

backendTest("gradients are taken inside a compiled function", () => {
  const slope = jit((x: tf.Tensor) => tf.grad((x) => tf.sum(tf.pow(x, 3)))(x));
  deepEqual(values(slope(tf.tensor1d([1, 2]))), [3, 12]);
});

backendTest("a tensor from outside is built in, and still there when it is disposed outside", () => {
  const outside = tf.tensor1d(Array.from({ length: 5000 }, (_, i) => i));
  const small = tf.scalar(3);
  const f = jit((x: tf.Tensor) => tf.add(tf.sum(outside), tf.mul(x, small)));
  const expected = 5000 * 4999 / 2;
  deepEqual(values(f(tf.scalar(1))), [expected + 3]);
  tf.dispose([outside, small]);
  deepEqual(values(f(tf.scalar(2))), [expected + 6]);
  f.dispose();
});

backendTest("a tensor that waits to be computed can be captured", () => {
  const x = tf.add(tf.tensor1d([1, 2]), 1);
  const f = jit(() => tf.mul(x, 2));
  deepEqual(values(f()), [4, 6]);
  deepEqual(values(f()), [4, 6]);
});

backendTest("reading a value inside gives an error that says why, reading a constant does not", () => {
  throws(
    () => jit((x: tf.Tensor) => tf.add(x, x.dataSync()[0]!))(tf.tensor1d([1])),
    /value was read inside a compiled function, where only shapes are known; return the tensor/,
  );
  const v = variable([1]);
  throws(() => jit(() => tf.scalar(v.dataSync()[0]!))(), /value was read inside a compiled function/);
  deepEqual(values(jit((x: tf.Tensor) => tf.add(x, tf.tensor1d([4]).dataSync()[0]!))(tf.scalar(1))), [5]);
  v.dispose();
});

backendTest("an async function is refused, and what it goes on to do harms nobody", async () => {
  const f = jit(async (x: tf.Tensor) => {
    await x.data();
    throw new Error("later");
  });
  throws(() => f(tf.tensor1d([1])), /must not be async/);
  await new Promise((resolve) => setTimeout(resolve, 5));
  deepEqual(values(tf.add(tf.tensor1d([1]), 1)), [2]);
});

backendTest("operands that do not fit give the error that tfjs or the program builder gives", () => {
  throws(
    () => jit((x: tf.Tensor) => tf.matMul(x, x))(tf.zeros([2, 3])),
    /Error in matMul: inner shapes \(3\) and \(2\) of Tensors with shapes 2,3 and 2,3/,
  );
  throws(() => jit((x: tf.Tensor) => tf.add(x, tf.zeros([3])))(tf.zeros([2])), /could not be broadcast/);
});

backendTest("an argument without a value gives an error that says which", () => {
  const product = jit(function product(x: tf.Tensor, y: tf.Tensor) {
    return tf.mul(x, y);
  });
  const [x, gone] = [tf.tensor1d([1]), tf.tensor1d([1])];
  gone.dispose();
  const message = /product: tensor 2 of 2 among its arguments \(float32 \[1\]\) is disposed/;
  throws(() => product(x, gone), message);
  product(x, x).dispose();
  throws(() => product(x, gone), message);
  throws(() => product(x, tensorSpec([1]) as unknown as tf.Tensor), /tensor 2 of 2 .* is only a type/);
});

backendTest("a tensor kept inside a compiled function has no value outside, and says so", async () => {
  let kept: tf.Tensor | undefined;
  const f = jit((x: tf.Tensor) => {
    kept = tf.keep(tf.add(x, 1));
    return tf.mul(kept, 2);
  });
  deepEqual(values(f(tf.scalar(1))), [4]);
  const message = /made inside a compiled function has no value outside of it; return it/;
  throws(() => kept!.dataSync(), message);
  await rejects(kept!.data(), message);
  throws(() => tf.add(kept!, 1), message);
  throws(() => jit(() => tf.add(kept!, 1))(), message);
  deepEqual(values(tf.add(tf.scalar(1), 1)), [2], "nothing else is disturbed");
  kept!.dispose();
});

backendTest("on another backend a compiled function runs as it is, and its programs are kept", async () => {
  const f = jit((x: tf.Tensor) => tf.add(x, 1));
  const x = tf.scalar(1);
  f(x).dispose();
  await useBackend("cpu");
  deepEqual(values(f(x)), [2]);
  deepEqual([f.programs(), f.memory(x)], [1, undefined]);
  await useBackend("xla");
  deepEqual(values(f(x)), [2]);
});
