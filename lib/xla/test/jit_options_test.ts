import { deepEqual, equal, match, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable } from "./support/backend.ts";
import { jit } from "../src/mod.ts";

/** The lines that are written as warnings meanwhile. */
function warnings(run: () => void): string[] {
  const lines: string[] = [];
  const warn = console.warn;
  console.warn = (line: string) => lines.push(line);
  try {
    run();
  } finally {
    console.warn = warn;
  }
  return lines;
}

backendTest("static arguments are part of the signature and arrive as they are", () => {
  const seen: unknown[] = [];
  interface Settings {
    by: number[];
    mode: { name: string; strict: boolean } | null;
  }
  const f = jit((settings: Settings, x: tf.Tensor, times: number) => {
    seen.push(settings);
    return tf.mul(tf.mul(x, settings.by[0]!), times);
  }, { static: [0, 2] });
  const settings: Settings = { by: [2, 3], mode: { name: "a", strict: true } };
  deepEqual(values(f(settings, tf.scalar(4), 10)), [80]);
  deepEqual(values(f({ by: [2, 3], mode: { name: "a", strict: true } }, tf.scalar(5), 10)), [100]);
  equal(seen.length, 1);
  equal(seen[0], settings);
  deepEqual(values(f({ by: [3, 3], mode: null }, tf.scalar(5), 10)), [150]);
  deepEqual(values(f(settings, tf.scalar(5), 2)), [20]);
  equal(f.programs(), 3);
});

backendTest("what can't be compared from call to call is no static argument", () => {
  const f = jit(function scaled(x: tf.Tensor, _: unknown) {
    return x;
  }, { static: [1] });
  const x = tf.scalar(1);
  const message = (found: RegExp) =>
    new RegExp(`scaled: static argument 2 must be made of plain values .*; found ${found.source}`);
  throws(() => f(x, () => 1), message(/a function/));
  throws(() => f(x, { deep: [new Map()] }), message(/Map/));
  throws(() => f(x, Symbol("s")), message(/a symbol/));
  throws(() => f(x, [tf.scalar(1)]), message(/a tensor/));
  const v = variable([1]);
  throws(() => f(x, { v }), message(/a tensor/));
  v.dispose();
});

backendTest("16 programs give one line that names the argument, and the limit is an error", () => {
  const f = jit(
    (x: tf.Tensor, _length: number, same: string) => tf.concat([x, x, tf.tensor1d([same.length])]),
    {
      maxPrograms: 18,
      name: "padded",
    },
  );
  const lines = warnings(() => {
    for (let i = 0; i < 18; i++) f(tf.ones([2]), i, "same").dispose();
  });
  equal(lines.length, 1);
  match(
    lines[0]!,
    /padded was compiled for 16 different signatures: argument 2 came as 16 different ones, such as 13, 14, 15; pad/,
  );
  throws(
    () => f(tf.ones([3]), 18, "same"),
    /padded has 18 programs, the most it may have: argument 2 came as 18 .* pass changing numbers as tensors, or raise/,
  );
  deepEqual(values(f(tf.ones([2]), 3, "same")), [1, 1, 1, 1, 4], "known programs still run");
  f.dispose();
  f(tf.ones([3]), 18, "same").dispose();
});

backendTest("results may be empty, nested, null, repeated, or arguments", () => {
  const v = variable([7]);
  const f = jit((x: tf.Tensor, tree: { y: tf.Tensor; list: [] }) => {
    const z = tf.add(x, tree.y);
    return {
      none: null,
      empty: [],
      object: {},
      missing: undefined,
      nested: [[z], { z }] as const,
      x,
      tree,
      v,
    };
  });
  const [x, y] = [tf.tensor1d([1, 2]), tf.scalar(3)];
  for (let i = 0; i < 2; i++) {
    const result = f(x, { y, list: [] });
    const { none, empty, object, missing, nested: [[a], { z }], tree } = result;
    deepEqual([none, empty, object, missing, tree.list], [null, [], {}, undefined, []]);
    equal(result.v, v);
    deepEqual([a, z, result.x, tree.y].map(values), [[4, 5], [4, 5], [1, 2], [3]]);
  }
  deepEqual([values(jit(() => tf.zeros([0, 3]))()), jit(() => null)(), jit(() => [])()], [[], null, []]);
  deepEqual([values(x), values(y), values(v)], [[1, 2], [3], [7]]);
  v.dispose();
});
