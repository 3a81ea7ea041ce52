import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { jit } from "../engine/mod.ts";
import { cpuTest } from "../engine/support_test.ts";
import { createInit } from "../nn/parameters.ts";
import { requestStop, resetStop } from "../progress/stop.ts";
import { stepOf, train, type TrainOptions } from "./loop.ts";
import { valueAndGradients } from "./gradients.ts";
import { createOptimizer } from "./optimizer.ts";

/** Learns one number, 3, from its square error; what it prepares is counted. */
function task(rate = 0.1) {
  const init = createInit(1);
  const weight = init.create({ name: "weight", shape: [1], fill: () => Float32Array.of(0) });
  const optimizer = createOptimizer(init.parameters, { optimizer: "adam", clip: 0 });
  const compiled = jit((batch: { step: tf.Scalar; rate: tf.Scalar }) => {
    const { loss, gradients } = valueAndGradients(() => ({
      loss: tf.sum(tf.square(tf.sub(weight.variable, 3))) as tf.Scalar,
      more: {},
    }), [weight.variable]);
    optimizer.apply(gradients, batch.rate, batch.step);
    return { loss };
  });
  const batches: number[] = [];
  return {
    batches,
    value: () => weight.variable.dataSync()[0]!,
    parameters: init.parameters,
    optimizer,
    batch: (at: number) => {
      batches.push(at);
      return { step: tf.scalar(at, "int32"), rate: tf.scalar(rate) };
    },
    step: stepOf(compiled, (batch: { step: tf.Scalar; rate: tf.Scalar }): [typeof batch] => [batch]),
    dispose() {
      compiled.dispose();
      optimizer.dispose();
      weight.dispose();
    },
  };
}

async function trained(options: TrainOptions<{ distance: number }>, rate?: number) {
  const one = task(rate);
  try {
    const { history, best, steps, stopped, state } = await train(one, options);
    const evaluated = history.map(({ step, scores }) => [step, scores.distance]);
    return { value: one.value(), evaluated, best: best?.step, steps, stopped, state, batches: one.batches };
  } finally {
    one.dispose();
  }
}

cpuTest(
  "the loop leaves nothing behind but the weights, and evaluates when it is told and at the end",
  async () => {
    const before = tf.memory().numTensors;
    const found = await trained({
      steps: 5,
      evaluate: { when: (at) => at === 2, run: (at) => Promise.resolve({ distance: at }) },
    });
    deepEqual([found.evaluated, found.steps, found.stopped, found.best], [
      [[2, 2], [5, 5]],
      5,
      false,
      undefined,
    ]);
    equal(tf.memory().numTensors, before);
  },
);

cpuTest("the weights of the best evaluation come back", async () => {
  const run = async (steps: number, distances: number[]) =>
    await trained({
      steps,
      evaluate: {
        when: () => true,
        run: (at) => Promise.resolve({ distance: distances[at - 1]! }),
        better: (now, best) => now.distance < best.distance,
      },
    });
  const { value, best } = await run(4, [3, 1, 2, 2]);
  equal(best, 2);
  equal(value, (await run(2, [3, 1])).value);
});

cpuTest(
  "a stop saves the state, then evaluates for the result; resumed, the bits are those of a whole training",
  async () => {
    const folder = await Deno.makeTempDir();
    const path = join(folder, "state.safetensors");
    const evaluate = {
      run: (at: number) => Promise.resolve({ distance: at }),
      better: (now: { distance: number }, best: { distance: number }) => now.distance > best.distance,
    };
    const whole = await trained({ steps: 6, evaluate });
    const signal = new AbortController();
    const onStep = (at: number) => at === 3 && signal.abort();
    const options = { steps: 6, evaluate, checkpoint: { path, recipe: { a: 1 } } };
    const stopped = await trained({ ...options, signal: signal.signal, onStep });
    deepEqual([stopped.steps, stopped.stopped, stopped.evaluated], [3, true, [[3, 3]]]);
    const resumed = await trained(options);
    deepEqual([resumed.value, resumed.evaluated, resumed.best], [whole.value, whole.evaluated, whole.best]);
    // Compiled for the step to come, then the three that were left.
    deepEqual(resumed.batches, [4, 4, 5, 6]);
    const again = await trained(options);
    deepEqual([again.value, again.steps, again.batches], [whole.value, 6, []]);
    await rejects(trained({ ...options, checkpoint: { path, recipe: { a: 2 } } }), /another recipe/);
    await Deno.remove(folder, { recursive: true });
  },
);

cpuTest("what goes on from a kept state has the bits and the history of a whole training", async () => {
  const evaluate = {
    when: (at: number) => at === 2,
    run: (at: number) => Promise.resolve({ distance: at }),
    better: (now: { distance: number }, best: { distance: number }) => now.distance > best.distance,
  };
  const whole = await trained({ steps: 6, evaluate });
  const signal = new AbortController();
  const onStep = (at: number) => at === 3 && signal.abort();
  const stopped = await trained({ steps: 6, evaluate, keep: true, signal: signal.signal, onStep });
  deepEqual([stopped.steps, stopped.best], [3, 3]);
  const resumed = await trained({ steps: 6, evaluate, from: stopped.state });
  deepEqual([resumed.value, resumed.evaluated, resumed.best], [whole.value, whole.evaluated, whole.best]);
  equal(resumed.state, undefined);
});

cpuTest(
  "patience completes a training; interrupted before, it ends at the same step; asked to go on, it has patience again",
  async () => {
    const distances = [5, 3, 4, 4, 4, 4, 4, 4];
    const evaluate = {
      when: () => true,
      run: (at: number) => Promise.resolve({ distance: distances[at - 1]! }),
      better: (now: { distance: number }, best: { distance: number }) => now.distance < best.distance,
      patience: 3,
    };
    const whole = await trained({ steps: 8, evaluate, keep: true });
    deepEqual([whole.steps, whole.stopped, whole.best], [5, false, 2]);
    const further = await trained({ steps: 12, evaluate, from: whole.state });
    deepEqual([further.steps, further.stopped, further.best], [8, false, 2]);
    const folder = await Deno.makeTempDir();
    const checkpoint = { path: join(folder, "state.safetensors"), recipe: {} };
    const signal = new AbortController();
    const onStep = (at: number) => at === 4 && signal.abort();
    const stopped = await trained({ steps: 8, evaluate, checkpoint, signal: signal.signal, onStep });
    deepEqual([stopped.steps, stopped.stopped], [4, true]);
    for (let i = 0; i < 2; i++) {
      const resumed = await trained({ steps: 8, evaluate, checkpoint });
      deepEqual([resumed.value, resumed.steps, resumed.stopped, resumed.best], [whole.value, 5, false, 2]);
    }
    await Deno.remove(folder, { recursive: true });
  },
);

cpuTest("a request while the first step compiles is followed after it", async () => {
  const signal = new AbortController();
  const also = () => Promise.resolve(signal.abort());
  deepEqual((await trained({ steps: 3, also, signal: signal.signal })).steps, 1);
});

cpuTest("a request during the last step stops nothing; one before the first lets it take one", async () => {
  try {
    const last = await trained({ steps: 2, onStep: (at) => at === 2 && requestStop() });
    deepEqual([last.steps, last.stopped], [2, false]);
    deepEqual((await trained({ steps: 3 })).steps, 1);
  } finally {
    resetStop();
  }
});

cpuTest("a loss that is no number is noticed, wherever evaluations are", async () => {
  await rejects(trained({ steps: 120 }, NaN), /loss is NaN at step 100 of 120.*lower the learning rate/);
  const never = { run: () => Promise.resolve({ distance: 0 }) };
  await rejects(
    trained({ steps: 7, evaluate: never, advice: "try less" }, NaN),
    /at step 7 of 7: .*; try less/,
  );
});

cpuTest("a state whose loss or weights are no numbers is not kept, at a stop neither", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  const checkpoint = { path, every: 0, recipe: {} };
  await rejects(trained({ steps: 50, checkpoint }, NaN), /loss is NaN at step 2 of 50/);
  // The loss of the first step is that of the weights before it.
  await trained({ steps: 50, signal: AbortSignal.abort(), checkpoint }, NaN);
  await rejects(Deno.stat(path), Deno.errors.NotFound);
});

cpuTest("times are of training and of evaluating", async () => {
  const one = task();
  const slow = () => new Promise<object>((resolve) => setTimeout(() => resolve({}), 30));
  const { seconds } = await train(one, { steps: 2, evaluate: { when: () => true, run: slow } });
  ok(seconds.evaluate >= 0.05 && seconds.train > 0);
  one.dispose();
});
