import { deepEqual, equal, throws } from "node:assert/strict";
import { indistinguishable, rankLine } from "./method_dots.ts";
import { countOf, testSnapshot } from "./support_test.ts";

const ranks = [
  { model: "spin", rank: 2.1 },
  { model: "xgboost", rank: 1.4 },
  { model: "npt", rank: 3.6 },
  { model: "knn", rank: 4.9 },
  { model: "a < b", rank: 3 },
];

Deno.test("bars join what does not differ enough, and none is part of another", () => {
  deepEqual(indistinguishable([1, 2, 3, 6], 1.5), [[0, 1], [1, 2]]);
  deepEqual(indistinguishable([1, 2, 3, 6], 10), [[0, 3]]);
  deepEqual(indistinguishable([1, 4, 8], 2), []);
});

Deno.test("every model is named with its rank", () => {
  const figure = rankLine(ranks, { title: "Ranks", difference: 1 });
  for (const text of ["XGBoost 1.40", "SPIN 2.10", "a &lt; b 3.00", "3.60 NPT", "4.90 k-NN"]) {
    equal(countOf(figure, text), 1, text);
  }
  throws(() => rankLine(ranks.slice(0, 1), { title: "t", difference: 1 }), /at least two models, found 1/);
});

testSnapshot(
  "rank-line",
  () => rankLine(ranks, { title: "Average ranks", subtitle: "5 sets", difference: 1.2 }),
);
