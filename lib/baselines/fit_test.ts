import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { threefryUniform } from "@spin/xla/threefry";
import { requestStop, resetStop } from "../progress/stop.ts";
import {
  BASELINE_MODELS,
  baselineInstalled,
  type BaselineModel,
  type BaselineRequest,
  fitBaseline,
  type Setting,
} from "./fit.ts";

const absent = !await baselineInstalled();
if (absent) console.log("classical baselines are not tested: not installed, see task setup --baselines");

/** Settings that take a moment. */
const FAST: Partial<Record<BaselineModel, Setting>> = {
  xgboost: { n_estimators: 20 },
  lightgbm: { n_estimators: 20, min_child_samples: 5 },
  "gradient-boosting": { n_estimators: 20 },
  "random-forest": { n_estimators: 20 },
  mlp: { learning_rate_init: 0.01, hidden_layer_sizes: [20, 20] },
  "kernel-ridge": { alpha: 0.1, kernel: "linear" },
  "gaussian-process": { kernel: "constant*rbf" },
};

/** Rows of 3 columns in [0, 1), with a target a function of them. */
function rows(count: number, stream: number, targets: ((x: Float32Array) => number)[]) {
  const x = threefryUniform(7, 1, stream, count * 3);
  const y = Array.from({ length: count }, (_, i) => targets.map((f) => f(x.subarray(3 * i, 3 * i + 3))))
    .flat();
  return { x, y };
}

const NUMBER = (x: Float32Array) => 3 * x[0]! - x[1]!;
const LABEL = (x: Float32Array) => x[0]! + x[2]! > 1 ? 1 : 0;
const CLASS = (x: Float32Array) => Math.floor(3 * x[0]!);

function request(
  task: BaselineRequest["task"],
  targets: ((x: Float32Array) => number)[],
  changes: Partial<BaselineRequest> = {},
): BaselineRequest {
  const [train, validation, test] = [rows(120, 0, targets), rows(40, 1, targets), rows(40, 2, targets)];
  const grid = [FAST[changes.model ?? "linear"] ?? {}];
  return {
    model: "linear",
    grid,
    columns: 3,
    train,
    validation,
    test,
    task,
    seed: 1,
    threads: 2,
    ...changes,
  };
}

const hits = (p: Float32Array, truth: number[]) =>
  truth.filter((y, i) => (p[i]! > 0.5 ? 1 : 0) === y).length / truth.length;

for (const model of BASELINE_MODELS) {
  const numbersOnly = ["kernel-ridge", "bayesian-ridge"].includes(model);

  Deno.test({ name: `${model} predicts numbers`, ignore: absent }, async () => {
    const asked = request({ kind: "regression", targets: 2 }, [NUMBER, LABEL], { model });
    const { test, score } = await fitBaseline(asked);
    const truth = rows(40, 2, [NUMBER, LABEL]).y;
    equal(test.length, truth.length);
    const mse = test.reduce((sum, p, i) => sum + (p - truth[i]!) ** 2, 0) / test.length;
    // A constant has about 0.5.
    ok(mse < 0.25 && score! > 0 && score! < 0.25, `${mse} ${score}`);
  });

  Deno.test({ name: `${model} predicts labels and classes`, ignore: absent || numbersOnly }, async () => {
    const never = () => 0;
    const asked = request({ kind: "binary", targets: 2 }, [LABEL, never], { model });
    const two = await fitBaseline(asked);
    const truth = rows(40, 2, [LABEL]).y;
    ok(hits(two.test.filter((_, i) => i % 2 === 0), truth) > 0.8);
    ok(two.test.every((p, i) => i % 2 === 0 || p < 0.05));

    // The last class is in no row.
    const classes = await fitBaseline(request({ kind: "classification", classes: [4] }, [CLASS], { model }));
    const expected = rows(40, 2, [CLASS]).y;
    const found = expected.map((_, i) => classes.test.subarray(4 * i, 4 * i + 4));
    ok(found.every((p) => Math.abs(p.reduce((a, b) => a + b) - 1) < 1e-5 && p[3] === 0));
    ok(found.filter((p, i) => p.indexOf(Math.max(...p)) === expected[i]).length > 30);
  });
}

Deno.test(
  { name: "the best setting on the validation rows is kept, with what it took", ignore: absent },
  async () => {
    const seen: number[][] = [];
    const grid = [{ alpha: 1e6 }, { alpha: 1e-3 }, { alpha: 10 }];
    const found = await fitBaseline(
      request({ kind: "regression", targets: 1 }, [NUMBER], {
        grid,
        onProgress: (done, total) => seen.push([done, total]),
      }),
    );
    deepEqual(found.setting, grid[1]);
    equal(found.score, Math.min(...found.scores as number[]));
    deepEqual(seen, [[1, 3], [2, 3], [3, 3]]);
    equal(found.validation.length, 40);
    ok(found.peakBytes > 2 ** 25 && found.totalSeconds >= found.fitSeconds && found.predictSeconds > 0);
    match(found.versions["scikit-learn"]!, /^\d+\.\d+/);
  },
);

Deno.test({ name: "scores are what they are called", ignore: absent }, async () => {
  const asked = request({ kind: "classification", classes: [3] }, [CLASS]);
  const { validation, score } = await fitBaseline(asked);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const truth = Array.from(asked.validation!.y);
  ok(Math.abs(score! + mean(truth.map((y, i) => Math.log(validation[3 * i + y]!)))) < 1e-6);

  const labels = request({ kind: "binary", targets: 1 }, [LABEL], { criterion: "r2" });
  const r2 = (await fitBaseline(labels)).score!;
  ok(r2 < -0.5 && r2 >= -1);
});

Deno.test({
  name: "a single setting needs no validation rows; the same request gives the same",
  ignore: absent,
}, async () => {
  const asked = request({ kind: "binary", targets: 1 }, [LABEL], { model: "mlp", validation: undefined });
  const [a, b] = [await fitBaseline(asked), await fitBaseline(asked)];
  deepEqual([a.score, a.validation.length], [null, 0]);
  deepEqual(a.test, b.test);
});

Deno.test({ name: "Python's own complaint is passed on", ignore: absent }, async () => {
  const asked = request({ kind: "regression", targets: 1 }, [NUMBER], {
    model: "knn",
    grid: [{ n_neighbors: 500 }],
  });
  await rejects(
    fitBaseline(asked),
    /^UserError: knn: Python failed \(exit code 1\)\. It said:\n[^]*n_neighbors/,
  );
});

Deno.test({ name: "a setting that cannot be fitted is passed over", ignore: absent }, async () => {
  const grid = [{ n_neighbors: 500 }, { n_neighbors: 5 }];
  const asked = request({ kind: "regression", targets: 1 }, [NUMBER], { model: "knn", grid });
  const { setting, scores } = await fitBaseline(asked);
  deepEqual(setting, grid[1]);
  equal(scores[0], null);
});

Deno.test({ name: "a request to stop ends the search", ignore: absent }, async () => {
  const grid = Array.from({ length: 200 }, () => ({ n_estimators: 100 }));
  const asked = request({ kind: "regression", targets: 1 }, [NUMBER], {
    model: "random-forest",
    grid,
    onProgress: requestStop,
  });
  try {
    await rejects(fitBaseline(asked), /^UserError: random-forest: stopped on request/);
  } finally {
    resetStop();
  }
});

Deno.test(
  { name: "one label or number has one output, of models of all targets too", ignore: absent },
  async () => {
    for (const model of ["mlp", "random-forest", "knn"] as const) {
      const { test } = await fitBaseline(request({ kind: "binary", targets: 1 }, [LABEL], { model }));
      ok(hits(test, rows(40, 2, [LABEL]).y) > 0.8);
    }
    const numbers = await fitBaseline(
      request({ kind: "regression", targets: 1 }, [NUMBER], { model: "mlp" }),
    );
    equal(numbers.test.length, 40);
  },
);

Deno.test({ name: "threads change no prediction", ignore: absent }, async () => {
  const asked = request({ kind: "binary", targets: 2 }, [LABEL, LABEL], { model: "xgboost" });
  deepEqual((await fitBaseline({ ...asked, threads: 2 })).test, (await fitBaseline(asked)).test);
});

Deno.test("without the packages, the message says how to get them", async () => {
  await rejects(
    fitBaseline(request({ kind: "regression", targets: 1 }, [NUMBER]), () => Promise.resolve(undefined)),
    /^UserError: scikit-learn, XGBoost and LightGBM are not installed: npx .* task setup --baselines installs/,
  );
});
