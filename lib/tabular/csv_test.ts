import assert from "node:assert/strict";
import { predictionsCsv } from "./csv.ts";

Deno.test("Numbers are one column, with the digits that float32 has", () => {
  const values = Float64Array.of(1 / 3, -12345678.901234, 1e-30, 2);
  assert.equal(
    predictionsCsv({ kind: "numeric", values }),
    "prediction\n0.333333333\n-12345678.9\n1e-30\n2\n",
  );
});

Deno.test("Numbers near each other and far from 0 have the digits that tell them apart", () => {
  const values = Float64Array.of(1_700_000_000_000, 1_700_000_000_001.5, 1_700_000_000_099.25);
  assert.equal(
    predictionsCsv({ kind: "numeric", values }),
    "prediction\n1700000000000\n1700000000001.5\n1700000000099.25\n",
  );
});

Deno.test("Classes stand beside the probability of each; commas and quotes in them are quoted", () => {
  assert.equal(
    predictionsCsv({
      kind: "categorical",
      classes: ["a,b", 'c"', "d"],
      labels: ["d", "a,b"],
      probabilities: Float64Array.of(0.25, 0.25, 0.5, 1, 0, 0),
    }),
    'prediction,"probability_a,b","probability_c""",probability_d\n' +
      'd,0.25,0.25,0.5\n"a,b",1,0,0\n',
  );
});
