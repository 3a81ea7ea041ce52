import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import { UserError } from "../errors.ts";
import { createInit, type Parameter } from "../nn/parameters.ts";
import { createOptimizer, groupParameters, type OptimizerConfig, OPTIMIZERS } from "./optimizer.ts";

function parametersOf(values: Record<string, number[]>, stacked: Record<string, number[]> = {}): Parameter[] {
  const init = createInit(0);
  for (const [name, data] of Object.entries(values)) {
    init.create({
      name,
      shape: stacked[name] ?? [data.length],
      stacked: name in stacked,
      fill: () => Float32Array.from(data),
    });
  }
  return init.parameters;
}

/** Values of all parameters after each of `steps`, with gradient `gradientAt(step)` per parameter. */
function train(
  parameters: Parameter[],
  config: Partial<OptimizerConfig>,
  steps: number,
  lr: number,
  gradientAt: (step: number) => number[][],
): number[][][] {
  const optimizer = createOptimizer(parameters, config);
  const history: number[][][] = [];
  for (let step = 1; step <= steps; step++) {
    const gradients = gradientAt(step).map((g, i) => tf.tensor(g, parameters[i]!.shape));
    optimizer.apply(gradients, tf.scalar(lr), tf.scalar(step, "int32"));
    history.push(parameters.map((p) => [...p.variable.dataSync()]));
  }
  optimizer.dispose();
  parameters.forEach((p) => p.dispose());
  return history;
}

function near(found: number[], expected: number[], tolerance = 2e-6): void {
  equal(found.length, expected.length);
  expected.forEach((value, i) =>
    ok(Math.abs(found[i]! - value) <= tolerance, `expected ${expected}, found ${found}`)
  );
}

Deno.test("Lookahead around LAMB gives the steps of the official code", async () => {
  await useEngine("cpu");
  const parameters = parametersOf({ p: [1, -2, 3], z: [0, 0] });
  const config = { optimizer: "lookahead_lamb", clip: 0 } as const;
  const history = train(parameters, config, 12, 0.1, (t) => [[0.5 * t, -0.25 * t, 0.1 * t], [1, -1]]);
  const expected: Record<number, [number[], number[]]> = {
    1: [[0.783953, -1.783966, 2.784007], [-0.316218, 0.316218]],
    2: [[0.587748, -1.587767, 2.587824], [-0.347840, 0.347840]],
    5: [[0.097322, -1.097347, 2.097424], [-0.462974, 0.462974]],
    6: [[-0.039462, -0.960564, 1.960643], [-0.509272, 0.509272]],
    7: [[-0.165537, -0.834490, 1.834571], [-0.560199, 0.560199]],
    11: [[-0.588998, -0.411031, 1.411116], [-0.820187, 0.820187]],
    12: [[-0.359938, -0.640089, 1.640172], [-0.705739, 0.705739]],
  };
  for (const [step, [p, z]] of Object.entries(expected)) {
    near(history[Number(step) - 1]![0]!, p);
    near(history[Number(step) - 1]![1]!, z);
  }
});

Deno.test("each slice of a stacked parameter trains as a tensor of its own", async () => {
  await useEngine("cpu");
  const gradient = (t: number) => [0.3 * t, -1, 2, 0.01];
  const whole = train(parametersOf({ w: [1, 2, 30, 40] }, { w: [2, 2] }), {}, 13, 0.1, (t) => [gradient(t)]);
  const parts = train(
    parametersOf({ a: [1, 2], b: [30, 40] }),
    {},
    13,
    0.1,
    (t) => [gradient(t).slice(0, 2), gradient(t).slice(2)],
  );
  near(whole.at(-1)![0]!, parts.at(-1)!.flat(), 0);
});

Deno.test("gradients are clamped element by element", async () => {
  await useEngine("cpu");
  const config = { optimizer: "lamb", clip: 1 } as const;
  const clipped = train(parametersOf({ p: [1, 2] }), config, 2, 0.1, () => [[50, 0.5]]);
  const small = train(parametersOf({ p: [1, 2] }), config, 2, 0.1, () => [[1, 0.5]]);
  deepEqual(clipped, small);
});

Deno.test("Adam moves by the learning rate at first; AdamW shrinks the weights beside it", async () => {
  await useEngine("cpu");
  const plain = train(
    parametersOf({ p: [1, -2] }),
    { optimizer: "adam", clip: 0 },
    2,
    0.1,
    () => [[3, -0.2]],
  );
  near(plain[0]![0]!, [0.9, -1.9]);
  near(plain[1]![0]!, [0.8, -1.8]);
  const decayed = train(
    parametersOf({ p: [1, -2] }),
    { optimizer: "adamw", clip: 0, weightDecay: 0.5 },
    1,
    0.1,
    () => [[3, -0.2]],
  );
  near(decayed[0]![0]!, [0.95 - 0.1, -1.9 + 0.1]);
});

Deno.test("every optimiser lowers a quadratic loss", async () => {
  await useEngine("cpu");
  for (const optimizer of OPTIMIZERS) {
    const parameters = parametersOf({ p: [3, -2, 1] });
    const { variable } = parameters[0]!;
    const history = train(parameters, { optimizer }, 30, 0.05, () => [[...variable.dataSync()]]);
    const length = Math.hypot(...history.at(-1)![0]!);
    ok(length < 2.8, `${optimizer}: still ${length} from the minimum`);
  }
});

Deno.test("weight decay in LAMB pulls on weights without gradient", async () => {
  await useEngine("cpu");
  const history = train(
    parametersOf({ p: [1, 1] }),
    { optimizer: "lamb", weightDecay: 0.1 },
    1,
    0.1,
    () => [[0, 0]],
  );
  near(history[0]![0]!, [0.9, 0.9]);
});

Deno.test("groups join small parameters and leave large ones alone", () => {
  const init = createInit(0);
  const zeros = (shape: number[]) => () => new Float32Array(tf.util.sizeFromShape(shape));
  for (
    const [name, shape] of [["a", [4, 2]], ["b", [8]], ["c", [3]], ["big", [300, 300]]] as [
      string,
      number[],
    ][]
  ) {
    init.create({ name, shape, fill: zeros(shape) });
  }
  init.create({ name: "d", shape: [5, 2, 4], stacked: true, fill: zeros([5, 2, 4]) });
  const groups = groupParameters(init.parameters).map(({ name, size, norms }) => [
    name,
    size,
    norms(tf.zeros([size]) as tf.Tensor1D).size,
  ]);
  deepEqual(groups, [["small", 59, 8], ["big", 90_000, 1]]);
});

Deno.test("an update leaves no tensor behind", async () => {
  await useEngine("cpu");
  const parameters = parametersOf({ p: [1, 2], q: [3, 4] });
  const optimizer = createOptimizer(parameters);
  const gradients = parameters.map((p) => tf.onesLike(p.variable));
  const [lr, step] = [tf.scalar(0.1), tf.scalar(6, "int32")];
  optimizer.apply(gradients, lr, step);
  const before = tf.memory().numTensors;
  optimizer.apply(gradients, lr, step);
  equal(tf.memory().numTensors, before);
  optimizer.dispose();
  parameters.forEach((p) => p.dispose());
});

Deno.test("optimisers refuse unknown names and negative options", () => {
  throws(() => createOptimizer([], { optimizer: "sgd" as "lamb" }), UserError);
  throws(() => createOptimizer([], { clip: -1 }), /"clip": expected a number of at least 0, found -1/);
});
