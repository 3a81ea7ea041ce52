import * as tf from "@tensorflow/tfjs-core";
import { ok, throws } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import type { Parameter } from "../../nn/parameters.ts";
import { tnpa } from "../../parity/tnpa.ts";
import type { Resampling } from "./bootstrap_process.ts";
import { GP_DIMS } from "./dims.ts";
import { anp, banp, bnp, canp, cipnp, cipnpPlaced, cnp, ipnp, ipnpPlaced, np } from "./models.ts";
import type { Tasks } from "./points.ts";
import type { SpinOptions } from "./spin.ts";
import { GP_TNP } from "./tnp/options.ts";
import { tnpd } from "./tnp/tnpd.ts";

const DIMS = { ...GP_DIMS, dimHid: 16, dimLat: 8 };
const SPIN: SpinOptions = { useHA: false, ablaInduce: true, haDim: -1, induce: 3, heads: 4, blocks: 2 };
const PLACES = { induce: 3, span: [-1, 1] } as const;
const TNP = { ...GP_TNP, width: 16, feedForward: 8, layers: 2 };
const [BATCH, CONTEXT, TARGETS, SPARE] = [2, 5, 4, 3];

/** Rows for context and targets, `SPARE` of each only to fill the tensors if `padded`. */
function tasks(padded: boolean): Tasks {
  const spare = padded ? SPARE : 0;
  // What fills the rows must not matter, so it is far from what the points are.
  const rows = (f: (i: number) => number) =>
    Array.from({ length: BATCH }, (_, b) => [
      ...Array.from({ length: CONTEXT }, (_, i) => f(i + b)),
      ...Array<number>(spare).fill(50),
      ...Array.from({ length: TARGETS }, (_, i) => f(10 + i + b)),
      ...Array<number>(spare).fill(-50),
    ]);
  const tensor = (values: number[][]) => tf.expandDims(tf.tensor2d(values), -1) as tf.Tensor3D;
  const hidden = [CONTEXT, spare, TARGETS, spare].flatMap((n, part) => Array<number>(n).fill(part % 2));
  return {
    x: tensor(rows((i) => Math.cos(3 * i))),
    y: tensor(rows((i) => Math.sin(2 * i))),
    context: CONTEXT + spare,
    ...(padded && { hidden: tf.tensor2d([hidden, hidden]) }),
  };
}

interface Model {
  parameters: Parameter[];
  loss(tasks: Tasks): tf.Scalar;
}

const noise = (shape: number[]) => tf.randomNormal(shape, 0, 1, "float32", 7);

const MODELS: Record<string, () => Model> = {
  CNP: () => conditional(cnp(DIMS, 1)),
  CANP: () => conditional(canp(DIMS, 1)),
  CIPNP: () => conditional(cipnp(DIMS, SPIN, 1)),
  NP: () => latent(np(DIMS, 1), [BATCH, 8]),
  ANP: () => latent(anp(DIMS, 1), [3, BATCH, 8]),
  IPNP: () => latent(ipnp(DIMS, SPIN, 1), [3, BATCH, 8]),
  "CIPNP with places": () => conditional(cipnpPlaced(DIMS, PLACES, SPIN, 1)),
  "IPNP with places": () => latent(ipnpPlaced(DIMS, PLACES, SPIN, 1), [3, BATCH, 8]),
  BNP: () => bootstrapped(bnp(DIMS, 1)),
  BANP: () => bootstrapped(banp(DIMS, 1)),
  "TNP-D": () => conditional(tnpd(TNP, 1)),
  "TNP-A": () => conditional(tnpa(TNP, 1)),
};

const conditional = (
  { parameters, train }: { parameters: Parameter[]; train(tasks: Tasks): { loss: tf.Scalar } },
): Model => ({
  parameters,
  loss: (tasks) => train(tasks).loss,
});

const latent = ({ parameters, train }: ReturnType<typeof np>, shape: number[]): Model => ({
  parameters,
  loss: (tasks) => train(tasks, noise(shape)).loss,
});

const bootstrapped = ({ parameters, train }: ReturnType<typeof bnp>): Model => ({
  parameters,
  loss: (tasks) => train(tasks, draws(tasks)).loss,
});

/** Three bootstraps of the points of the context, the same whatever fills it up. */
function draws({ context }: Tasks): Resampling {
  const indices = (seed: number) =>
    tf.tensor(
      Array.from({ length: 3 }, (_, k) =>
        Array.from({ length: BATCH }, (_, b) =>
          Array.from({ length: context }, (_, i) =>
            i < CONTEXT ? (seed * i + k * b) % CONTEXT : 0))),
      undefined,
      "int32",
    );
  return { rows: indices(3), residuals: indices(7) };
}

for (const [name, build] of Object.entries(MODELS)) {
  Deno.test(`rows that only fill the tensors change neither the loss of ${name} nor its gradients`, async () => {
    await useEngine("cpu");
    tf.tidy(() => {
      const { parameters, loss } = build();
      const variables = parameters.map(({ variable }) => variable);
      const [plain, padded] = [false, true].map((padded) => {
        const given = tasks(padded);
        return tf.variableGrads(() => loss(given), variables);
      }) as [ReturnType<typeof tf.variableGrads>, ReturnType<typeof tf.variableGrads>];
      const difference = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
      ok(difference(plain.value, padded.value) < 1e-5);
      for (const { name: parameter } of variables) {
        const [a, b] = [plain.grads[parameter]!, padded.grads[parameter]!];
        ok(difference(a, b) < 1e-5, `${parameter}: ${difference(a, b)}`);
      }
      parameters.forEach((parameter) => parameter.dispose());
    });
  });
}

Deno.test("latent attributes are made of all rows: padding is refused", async () => {
  await useEngine("cpu");
  const model = cipnp(DIMS, { ...SPIN, useHA: true, haDim: 16 }, 1);
  throws(() => tf.tidy(() => model.train(tasks(true)).loss), /expected no hidden rows, found some/);
  model.parameters.forEach((parameter) => parameter.dispose());
});
