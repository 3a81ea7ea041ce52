import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { accuracy, auroc, logLoss, probabilities, rmse } from "./metrics.ts";

Deno.test("rmse is in the units of the column", () => {
  equal(rmse([1, 2, 3], [1, 2, 3]), 0);
  equal(rmse([0, 0], [3, 4], 2), 2 * Math.sqrt(12.5));
  throws(() => rmse([1], [1, 2]), /Expected 2 predictions, found 1/);
});

Deno.test("accuracy counts rows whose largest score is right", () => {
  equal(accuracy([0.1, 0.9, 2, -1, 5, 5], [1, 1, 0], 2), 2 / 3);
});

Deno.test("probabilities sum to 1 and survive large logits", () => {
  const p = probabilities([1000, 1000, -1e9, 0, Math.log(3), -1e9], 3);
  deepEqual([...p.slice(0, 3)], [0.5, 0.5, 0]);
  ok(Math.abs(p[4]! - 0.75) < 1e-12);
});

Deno.test("log loss is the mean surprise and stays finite", () => {
  ok(Math.abs(logLoss([0.5, 0.5, 0.25, 0.75], [0, 1], 2) - (Math.log(2) - Math.log(0.75)) / 2) < 1e-12);
  ok(Number.isFinite(logLoss([1, 0], [1], 2)));
});

Deno.test("auroc is the share of pairs in the right order, ties counting half", () => {
  equal(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
  equal(auroc([1, 1, 1, 1], [0, 1, 0, 1]), 0.5);
  const scores = Array.from({ length: 60 }, (_, i) => Math.round(10 * Math.sin(i * i)));
  const truth = scores.map((_, i) => (i * 7) % 3 === 0 ? 1 : 0);
  let [won, pairs] = [0, 0];
  scores.forEach((a, i) =>
    scores.forEach((b, j) => {
      if (truth[i] === 1 && truth[j] === 0) {
        pairs++;
        won += a > b ? 1 : a === b ? 0.5 : 0;
      }
    })
  );
  ok(Math.abs(auroc(scores, truth) - won / pairs) < 1e-12);
  ok(Number.isNaN(auroc([1, 2], [1, 1])));
});
