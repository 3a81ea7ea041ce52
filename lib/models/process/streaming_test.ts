import { ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit, useEngine } from "../../engine/mod.ts";
import { noPlugin } from "../../engine/support_test.ts";
import { UserError } from "../../errors.ts";
import type { Parameter } from "../../nn/parameters.ts";
import { GP_DIMS } from "./dims.ts";
import { cipnp, cipnpPlaced, cipnpSharp, ipnp, ipnpPlaced } from "./models.ts";
import type { Normal } from "./normal.ts";
import { contextOf, type Points, type Tasks } from "./points.ts";
import type { SpinOptions } from "./spin.ts";
import type { ContextState, Stream } from "./streaming.ts";

const DIMS = { ...GP_DIMS, dimHid: 16, dimLat: 8 };
const SPIN: SpinOptions = { useHA: false, ablaInduce: false, haDim: -1, induce: 3, heads: 4, blocks: 1 };
const [BATCH, CONTEXT, ROWS] = [2, 11, 18];

const noiseOf = (shape: number[]) => tf.randomNormal(shape, 0, 1, "float32", 7);

function tasks(hidden: boolean): Tasks {
  const x = tf.randomUniform([BATCH, ROWS, 1], -2, 2, "float32", 1) as tf.Tensor3D;
  const y = tf.add(tf.sin(tf.mul(x, 3)), tf.randomNormal(x.shape, 0, 0.1, "float32", 2)) as tf.Tensor3D;
  const mask = Array.from(
    { length: BATCH },
    (_, b) => Array.from({ length: ROWS }, (_, i) => Number((i >= 7 + b && i < CONTEXT) || i >= 15 + b)),
  );
  return { x, y, context: CONTEXT, ...(hidden && { hidden: tf.tensor2d(mask) }) };
}

interface Model {
  parameters: Parameter[];
  loss(tasks: Tasks): tf.Scalar;
  stream: Stream;
  noise?: tf.Tensor;
}

const conditional = (make: typeof cipnp) => (options: SpinOptions): Model => {
  const { parameters, train, stream } = make(DIMS, options, 1);
  return { parameters, loss: (tasks) => train(tasks).loss, stream: stream() };
};

const latent = (make: typeof ipnp, shape: number[]) => (options: SpinOptions): Model => {
  const { parameters, train, stream } = make(DIMS, options, 1);
  const noise = noiseOf(shape);
  return { parameters, loss: (tasks) => train(tasks, noise).loss, stream: stream(), noise };
};

const placed = ({ induce }: SpinOptions) => ({ induce, span: [-2, 2] as const });
const cipnpFast: typeof cipnp = (dims, options, seed) => cipnpPlaced(dims, placed(options), options, seed);
const ipnpFast: typeof ipnp = (dims, options, seed) => ipnpPlaced(dims, placed(options), options, seed);

const MODELS: Record<string, (options: SpinOptions) => Model> = {
  "CIPNP": conditional(cipnp),
  "IPNP with its ELBO": latent(ipnp, [BATCH, 8]),
  "IPNP with 3 samples": latent(ipnp, [3, BATCH, 8]),
  "CIPNP, fast start": conditional(cipnpFast),
  "IPNP, fast start": latent(ipnpFast, [3, BATCH, 8]),
  "CIPNP, sharp start": conditional(cipnpSharp),
};

/**
 * Options, whether rows are hidden, rows of a piece, the models that are compiled too; with 12 inducing points, rows get
 * keys and values.
 */
const CASES: [Partial<SpinOptions>, boolean, number, ...string[]][] = [
  [{}, false, 18],
  [{ ablaInduce: true }, false, 1],
  [{ induce: 12 }, false, 4, "IPNP with its ELBO"],
  [{ induce: 12, ablaInduce: true }, true, 11, "CIPNP", "CIPNP, fast start"],
  [{ ablaInduce: true }, true, 5, "IPNP with 3 samples", "IPNP, fast start"],
];

const apart = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

function onEngines(name: string, engines: string[], test: () => void): void {
  for (const engine of engines) {
    Deno.test({
      name: `${name} (${engine})`,
      ignore: engine === "xla" && noPlugin,
      fn: async () => {
        await useEngine(engine);
        tf.tidy(test);
      },
    });
  }
}

for (const [name, build] of Object.entries(MODELS)) {
  for (const [options, hidden, pieceSize, ...compiled] of CASES) {
    const what = `${JSON.stringify(options)}${hidden ? ", hidden rows" : ""}`;
    const title = `${name}: loss and gradients in pieces of ${pieceSize} are those of all rows, ${what}`;
    onEngines(title, compiled.includes(name) ? ["cpu", "xla"] : ["cpu"], () => {
      const { parameters, loss, stream, noise } = build({ ...SPIN, ...options });
      const variables = parameters.map(({ variable }) => variable);
      const given = tasks(hidden);
      const run = (compute: () => tf.Scalar) => jit(() => tf.variableGrads(compute, variables))();
      const whole = run(() => loss(given));
      const pieces = run(() => stream.trainLoss(given, noise, pieceSize));
      ok(apart(whole.value, pieces.value) < 1e-5, `${whole.value} and ${pieces.value}`);
      for (const { name } of variables) {
        const difference = apart(whole.grads[name]!, pieces.grads[name]!);
        ok(difference < 1e-5, `${name}: ${difference}`);
      }
      parameters.forEach((parameter) => parameter.dispose());
    });
  }
}

const rowsOf = ({ x, y, hidden }: Points, from: number, count: number): Points => ({
  x: tf.slice(x, [0, from, 0], [-1, count, -1]),
  y: tf.slice(y, [0, from, 0], [-1, count, -1]),
  hidden: hidden && tf.slice(hidden, [0, from], [-1, count]),
});

const READ_TWICE: [string, typeof ipnp, boolean][] = [
  ["IPNP", ipnp, false],
  ["IPNP", ipnp, true],
  ["IPNP, fast start", ipnpFast, true],
];

for (const [name, make, hidden] of READ_TWICE) {
  const rows = hidden ? " with hidden rows" : "";
  const title = `${name}: a context${rows} read in two goes predicts as one read at once`;
  onEngines(title, hidden ? ["cpu", "xla"] : ["cpu"], () => {
    const { parameters, predict, stream } = make(DIMS, { ...SPIN, ablaInduce: true }, 1);
    const model = stream();
    const noise = noiseOf([3, BATCH, 8]);
    const given = tasks(hidden);
    const [once, twice, whole] = jit(() => {
      const context = contextOf(given);
      const once = model.read(model.start(BATCH), context);
      const first = model.read(model.start(BATCH), rowsOf(context, 0, 6), 4);
      const twice = model.read(first, rowsOf(context, 6, CONTEXT - 6), 2);
      const after = (state: ContextState) => model.predict(model.summary(state), given.x, noise);
      return [after(once), after(twice), predict(given, noise).prediction] as [Normal, Normal, Normal];
    })();
    ok(apart(once.mean, twice.mean) < 1e-6 && apart(once.sigma, twice.sigma) < 1e-6);
    ok(apart(once.mean, whole.mean) < 1e-5 && apart(once.sigma, whole.sigma) < 1e-5);
    parameters.forEach((parameter) => parameter.dispose());
  });
}

onEngines("a task of which nothing was read, and a task without targets", ["cpu"], () => {
  const { parameters, train, stream } = cipnp(DIMS, SPIN, 1);
  const model = stream();
  const { mean } = model.predict(model.summary(model.start(BATCH)), tf.ones([BATCH, 2, 1]));
  ok(mean.dataSync().every(Number.isFinite));
  const given = { ...rowsOf(tasks(false), 0, CONTEXT), context: CONTEXT };
  ok(apart(model.trainLoss(given, undefined, 4), train(given).loss) < 1e-5);
  parameters.forEach((parameter) => parameter.dispose());
});

Deno.test("options with which points can't be read in pieces are refused", () => {
  const refused = (options: Partial<SpinOptions>, message: RegExp) => {
    for (const model of [cipnp, ipnp]) {
      throws(() => model(DIMS, { ...SPIN, ...options }, 1).stream(), (error) => {
        return error instanceof UserError && message.test(error.message);
      });
    }
  };
  refused(
    { blocks: 2 },
    /spin: reading in pieces needs useHA false and blocks 1, found useHA false and blocks 2/,
  );
  refused({ useHA: true, haDim: 16 }, /needs useHA false and blocks 1, found useHA true and blocks 1/);
});

Deno.test("noise that does not fit and empty pieces are refused", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const given = tasks(false);
    const [without, having] = [cipnp(DIMS, SPIN, 1), ipnp(DIMS, SPIN, 1)];
    throws(
      () => without.stream().trainLoss(given, noiseOf([BATCH, 8])),
      /noise: expected none for a model without a latent variable, found \[2,8\]/,
    );
    throws(() => having.stream().trainLoss(given), /noise: expected \[2, 8\] or \[k, 2, 8\], found none/);
    throws(() => having.stream().trainLoss(given, noiseOf([1, 8])), /expected \[2, 8\].*, found \[1,8\]/);
    throws(
      () => without.stream().trainLoss(given, undefined, 0),
      /pieceSize: expected a whole number of rows of at least 1, found 0/,
    );
    [...without.parameters, ...having.parameters].forEach((parameter) => parameter.dispose());
  });
});
