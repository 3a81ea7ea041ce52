import { deepEqual, equal } from "node:assert/strict";
import { recordOf } from "../results/testing.ts";
import { knownFrom, withoutTraining } from "./cost.ts";

Deno.test("a program is known by its settings without those of its training, at any depth", () => {
  deepEqual(
    withoutTraining({
      steps: 3,
      model: { embedding: 8 },
      spin: { steps: 9, batch: [1, 2] },
      kernels: ["rbf"],
    }),
    { model: { embedding: 8 }, spin: { batch: [1, 2] } },
  );
});

Deno.test("runs of the same program tell its costs, whatever their seeds and lengths", () => {
  const run = (seed: number, steps: number, train: number, embedding = 8) =>
    recordOf({
      seed,
      steps,
      configuration: { steps, embedding },
      seconds: { compile: 1, train, evaluate: 2 },
    });
  const known = knownFrom([run(1, 10, 1), run(2, 10, 3), run(3, 20, 4), run(1, 10, 99, 16)]);
  const found = known(run(7, 5000, 0))!;
  // Medians of 0.1, 0.3 and 0.2 seconds a step, and of 4, 6 and 7 seconds a run.
  equal(found.seconds, 0.2);
  equal(found.total, 6);
  equal(known(run(7, 10, 0, 32)), undefined);
});
