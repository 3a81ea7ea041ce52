import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable } from "./support/backend.ts";
import type { ScanStep } from "../src/scan.ts";
import { jit, memoryOf, scan } from "../src/mod.ts";
import { tensorSpec } from "../src/tree.ts";

/** The same as a loop of tfjs operations. */
function unrolled(
  fn: ScanStep<tf.Tensor[], tf.Tensor, tf.Tensor>,
  init: tf.Tensor[],
  xs: tf.Tensor,
): [tf.Tensor[], tf.Tensor] {
  let carry = init;
  const outputs = tf.unstack(xs).map((x) => {
    const [next, y] = fn(carry, x);
    carry = next;
    return y;
  });
  return [carry, tf.stack(outputs)];
}

const near = (found: tf.Tensor, expected: tf.Tensor, tolerance: number, message?: string) => {
  deepEqual(found.shape, expected.shape);
  const [a, b] = [found.dataSync(), expected.dataSync()];
  const scale = Math.max(1, ...b.map(Math.abs));
  a.forEach((v, i) => ok(Math.abs(v - b[i]!) <= tolerance * scale, `${message} [${i}]: ${v} is not ${b[i]}`));
};

backendTest("a scan is a running sum with its history, outside and inside jit", () => {
  const xs = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
  const sum = (xs: tf.Tensor, reverse: boolean) =>
    scan(
      (carry: tf.Tensor, x: tf.Tensor) => {
        const next = tf.add(carry, x);
        return [next, tf.mul(next, 10)];
      },
      tf.zeros([2]),
      xs,
      { reverse },
    );
  for (const run of [sum, jit(sum)]) {
    const [last, history] = run(xs, false);
    deepEqual([values(last), values(history)], [[9, 12], [10, 20, 40, 60, 90, 120]]);
    const [first, back] = run(xs, true);
    deepEqual([values(first), values(back)], [[9, 12], [90, 120, 80, 100, 50, 60]]);
  }
});

/** Attention of queries to chunks of points, accumulated so that no chunk's weights outlive it. */
function attend(queries: tf.Tensor, weights: tf.Tensor) {
  return ([most, sum, total]: tf.Tensor[], chunk: tf.Tensor): [tf.Tensor[], tf.Tensor] => {
    const keys = tf.matMul(chunk as tf.Tensor2D, weights as tf.Tensor2D);
    const scores = tf.matMul(queries as tf.Tensor2D, keys, false, true);
    const highest = tf.maximum(most!, tf.max(scores, 1, true));
    const old = tf.exp(tf.sub(most!, highest));
    const shares = tf.exp(tf.sub(scores, highest));
    return [
      [
        highest,
        tf.add(tf.mul(sum!, old), tf.sum(shares, 1, true)),
        tf.add(tf.mul(total!, old), tf.matMul(shares, keys)),
      ],
      tf.mean(shares, 0),
    ];
  };
}

const start = (queries: number, width: number): tf.Tensor[] => [
  tf.fill([queries, 1], -1e4),
  tf.zeros([queries, 1]),
  tf.zeros([queries, width]),
];

/** A loss of such an attention, with the gradients of all that it depends on. */
function attentionLoss(run: typeof unrolled, weights: tf.Variable) {
  return (queries: tf.Tensor, chunks: tf.Tensor): tf.Tensor[] => {
    const loss = (queries: tf.Tensor, chunks: tf.Tensor, weights: tf.Tensor) => {
      const [[_, sum, total], shares] = run(attend(tf.tanh(queries), weights), start(5, 4), chunks);
      return tf.add(tf.sum(tf.square(tf.div(total!, sum!))), tf.sum(tf.mul(shares, shares)));
    };
    const value = tf.tidy(() => loss(queries, chunks, weights));
    return [value, ...tf.grads(loss)([queries, chunks, weights])];
  };
}

backendTest(
  "a scan and its gradients are those of the unrolled loop: inputs, captured tensors, variables",
  () => {
    tf.tidy(() => {
      const weights = tf.variable(tf.randomNormal([3, 4], 0, 1, "float32", 1), true);
      const queries = tf.randomNormal([5, 4], 0, 1, "float32", 2);
      const chunks = tf.randomNormal([7, 6, 3], 0, 1, "float32", 3);
      const expected = attentionLoss(unrolled, weights)(queries, chunks);
      const looped = attentionLoss(scan as typeof unrolled, weights);
      for (const run of [looped, jit(looped)]) {
        const found = run(queries, chunks);
        ["loss", "queries", "chunks", "weights"].forEach((name, i) =>
          near(found[i]!, expected[i]!, 1e-5, name)
        );
      }
      weights.dispose();
    });
  },
);

backendTest("variableGrads finds the variables that only the step reads", () => {
  const [w, unused] = [variable([0.5, -1]), variable([1])];
  const run = (loop: typeof unrolled) => () =>
    tf.variableGrads(() => {
      const [[h], ys] = loop(
        ([h], x) => {
          const next = tf.tanh(tf.add(tf.mul(h!, w), x));
          return [[next], tf.mul(next, w)];
        },
        [tf.zeros([2])],
        tf.tensor2d([[1, 2], [3, -1], [0, 1]]),
      );
      return tf.add(tf.sum(h!), tf.sum(ys)) as tf.Scalar;
    }, [w]);
  const expected = run(unrolled)();
  for (const { value, grads } of [run(scan as typeof unrolled)(), jit(run(scan as typeof unrolled))()]) {
    near(value, expected.value, 1e-6);
    near(grads[w.name]!, expected.grads[w.name]!, 1e-6);
  }
  tf.dispose([w, unused]);
});

/** Bytes beside inputs and outputs for value and gradients over so many chunks. */
function temporary(chunks: number, points = 512): number {
  const weights = variable(Array<number>(12).fill(0.1));
  const loss = (queries: tf.Tensor, chunks: tf.Tensor) => {
    const shaped = tf.reshape(weights, [3, 4]);
    const [[_, sum, total]] = scan(attend(queries, shaped), start(256, 4), chunks);
    return tf.sum(tf.div(total!, sum!)) as tf.Scalar;
  };
  const step = (queries: tf.Tensor, chunks: tf.Tensor) => tf.variableGrads(() => loss(queries, chunks));
  const memory = memoryOf(step, tensorSpec([256, 4]), tensorSpec([chunks, points, 3]));
  weights.dispose();
  return memory.temporary;
}

backendTest("64 chunks need the memory of one, with their gradients, beside the carries", () => {
  const scores = 4 * 256 * 512;
  const carries = (chunks: number) => chunks * 4 * 256 * (1 + 1 + 4);
  const [one, many] = [temporary(1), temporary(64)];
  ok(one >= scores, `${one} bytes for one chunk`);
  ok(many - carries(64) < one + scores, `${many} bytes for 64 chunks, ${one} for one`);
});

backendTest("the step is recorded once and is one loop of the program", () => {
  let calls = 0;
  const f = jit((x: tf.Tensor) =>
    scan(
      (c: tf.Tensor, _: null) => {
        calls++;
        return [tf.add(c, 1), null];
      },
      x,
      null,
      { length: 1000 },
    )[0]
  );
  deepEqual(values(f(tf.scalar(1))), [1001]);
  deepEqual(values(f(tf.scalar(2))), [1002]);
  equal(calls, 1);
});

backendTest("trees of any type are carried; integers and bools have no gradient", () => {
  const loss = (x: tf.Tensor) => {
    const [at0, found0]: tf.Tensor[] = [tf.scalar(0, "int32"), tf.scalar(false)];
    const init = { at: at0!, best: { x, found: found0! }, name: "carry" };
    const [{ at, best }, ys] = scan(
      ({ at, best, name }: typeof init, x: { v: tf.Tensor }) => {
        const better = tf.greater(x.v, best.x);
        const next = {
          at: tf.add(at, tf.scalar(1, "int32")),
          best: { x: tf.where(better, x.v, best.x), found: tf.logicalOr(best.found, better) },
          name,
        };
        return [next, { better, at }] as [typeof init, { better: tf.Tensor; at: tf.Tensor }];
      },
      init,
      { v: tf.tensor1d([1, 5, 3]) as tf.Tensor },
    );
    deepEqual([at.dtype, best.found.dtype, ys.better.dtype, ys.at.dtype], ["int32", "bool", "bool", "int32"]);
    return tf.mul(best.x, tf.cast(tf.add(at, tf.sum(ys.at)), "float32"));
  };
  deepEqual([values(loss(tf.scalar(2))), values(loss(tf.scalar(7)))], [[30], [42]]);
  deepEqual([values(tf.grad(loss)(tf.scalar(2))), values(tf.grad(loss)(tf.scalar(7)))], [[0], [6]]);
});

backendTest("integer entries choose rows of a captured variable, and comparisons mask", () => {
  const table = tf.tidy(() => tf.variable(tf.tensor2d([[1, 2], [3, 4], [5, 6]])));
  const run = (loop: typeof unrolled) => () =>
    tf.variableGrads(() => {
      const [[sum]] = loop(
        ([sum], at) => {
          const row = tf.gather(table, at as tf.Scalar);
          const large = tf.cast(tf.greater(row, 2.5), "float32");
          return [[tf.add(sum!, tf.mul(tf.square(row), large))], tf.scalar(0)];
        },
        [tf.zeros([2])],
        tf.tensor1d([2, 0, 2, 1], "int32"),
      );
      return tf.sum(sum!) as tf.Scalar;
    }, [table]);
  for (const { value, grads } of [run(scan as typeof unrolled)(), jit(run(scan as typeof unrolled))()]) {
    deepEqual([values(value), values(grads[table.name]!)], [[147], [0, 0, 6, 8, 20, 24]]);
  }
  table.dispose();
});

backendTest("one tensor may be the carry, the entries, and be captured; so may a variable", () => {
  const run = (loop: typeof unrolled) => (t: tf.Tensor) => {
    const [[c], ys] = loop(([c], x) => [[tf.add(tf.mul(c!, x), tf.sum(t))], tf.mul(t, x)], [t], t);
    return tf.add(tf.sum(c!), tf.sum(ys));
  };
  const t = variable([0.5, 1.5]);
  const looped = run(scan as typeof unrolled);
  near(tf.grad(looped)(t), tf.grad(run(unrolled))(t), 1e-5);
  const { value, grads } = jit(() => tf.variableGrads(() => looped(t) as tf.Scalar))();
  near(value, run(unrolled)(t), 1e-5);
  near(grads[t.name]!, tf.grad(run(unrolled))(t), 1e-5);
  t.dispose();
});

backendTest("a scan inside a scan has the values and gradients of the unrolled loops", () => {
  const run = (loop: typeof unrolled, w: tf.Tensor) => {
    const outer = ([h]: tf.Tensor[], row: tf.Tensor): [tf.Tensor[], tf.Tensor] => {
      const [[sum], ys] = loop(
        ([s], x) => [[tf.add(s!, tf.mul(tf.sin(tf.mul(x, w)), h!))], tf.mul(s!, x)],
        [tf.mul(h!, 2)],
        row,
      );
      return [[tf.tanh(sum!)], tf.sum(ys)];
    };
    const [[h], ys] = loop(outer, [tf.scalar(0.3)], tf.tensor2d([[1, 2, 3], [0.5, -1, 2]]));
    return tf.add(h!, tf.sum(ys));
  };
  const w = tf.scalar(0.7);
  const value = (loop: typeof unrolled) => (w: tf.Tensor) => run(loop, w);
  const looped = value(scan as typeof unrolled);
  near(looped(w), value(unrolled)(w), 1e-6);
  near(tf.grad(looped)(w), tf.grad(value(unrolled))(w), 1e-5);
  near(jit((w: tf.Tensor) => tf.grad(looped)(w))(w), tf.grad(value(unrolled))(w), 1e-5);
});

backendTest("no step gives the carry back, and stacks of length 0", () => {
  const f = (x: tf.Tensor) =>
    scan((c: tf.Tensor, x: tf.Tensor) => [tf.mul(c, x), tf.stack([c, x])], x, tf.zeros([0]));
  const [c, ys] = f(tf.scalar(3));
  deepEqual([values(c), ys.shape], [[3], [0, 2]]);
  deepEqual(values(tf.grad((x: tf.Tensor) => tf.mul(f(x)[0], 4))(tf.scalar(3))), [4]);
});

backendTest("what JavaScript draws in a step is the same in its gradient", () => {
  let draws = 0;
  const loss = (x: tf.Tensor) =>
    scan((c: tf.Tensor, v: tf.Tensor) => [tf.add(c, tf.mul(v, ++draws)), null], tf.scalar(0), x)[0];
  const { value, grad } = tf.valueAndGrad(loss)(tf.tensor1d([1, 2]));
  deepEqual([values(value), values(grad)], [[3], [1, 1]]);
  equal(draws, 1);
});
