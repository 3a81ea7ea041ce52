import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, useEngine } from "../../engine/mod.ts";
import { GP_DIMS } from "./dims.ts";
import { createProcess, hasInducing, PROCESS_NAMES, type ProcessName, processName } from "./registry.ts";

const DIMS = { ...GP_DIMS, dimHid: 16, dimLat: 8 };

/** Two tasks of six points, of which some are context; x may repeat a place. */
function tasks(context: number, x = [0, 0.3, 0.3, -1, 0.5, 2]) {
  const rows = (values: number[]) => tf.tensor3d([values, values].flat(), [2, 6, 1]);
  return { x: rows(x), y: rows(x.map(Math.sin)), context };
}

const predicted = (name: ProcessName, given: ReturnType<typeof tasks>) => {
  const process = createProcess(name, DIMS, 3, 1);
  const { mean, sigma } = process.predict(given, createRng(tf.tensor1d([1, 2], "int32")), 2);
  const found = { process, shape: mean.shape, values: [...mean.dataSync(), ...sigma.dataSync()] };
  process.parameters.forEach((parameter) => parameter.dispose());
  return found;
};

for (const name of PROCESS_NAMES) {
  Deno.test(`${name} predicts at a place observed twice, and from a single point`, async () => {
    await useEngine("cpu");
    tf.tidy(() => {
      for (const context of [1, 4]) {
        const { process, shape, values } = predicted(name, tasks(context));
        const rows = process.predicts === "all" ? 6 : 6 - context;
        deepEqual(shape.slice(-3), [2, rows, 1]);
        ok(values.every(Number.isFinite));
        deepEqual(predicted(name, tasks(context)).values, values);
      }
    });
  });

  Deno.test(`${name} refuses an empty context, and one of more points than there are`, async () => {
    await useEngine("cpu");
    tf.tidy(() => {
      throws(() => predicted(name, tasks(0)), /context: expected 1 to 6 of 6 points, found 0/);
      throws(() => predicted(name, tasks(7)), /expected 1 to 6 of 6 points, found 7/);
    });
  });
}

Deno.test("a value that is no number makes predictions that are none, not wrong ones", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const { values } = predicted("cipnp", tasks(4, [0, NaN, 1, 2, 3, 4]));
    ok(values.every(Number.isNaN));
  });
});

Deno.test("names are known, and the nearest ones are told", () => {
  equal(processName("anp"), "anp");
  deepEqual(PROCESS_NAMES.filter(hasInducing), [
    "cipnp",
    "ipnp",
    "cipnp-fast",
    "ipnp-fast",
    "cipnp-sharp",
    "ipnp-sharp",
  ]);
  throws(() => processName("capn"), /no neural process "capn".*canp/);
});
