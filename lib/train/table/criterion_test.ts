import { equal } from "node:assert/strict";
import { improves } from "./criterion.ts";

Deno.test("by loss the lower one is better, by R² the higher one, equal ones are not", () => {
  const [first, second] = [{ validation: 1, imputationR2: 0.9 }, { validation: 2, imputationR2: 0.95 }];
  equal(improves(first, second, "loss"), true);
  equal(improves(second, first, "loss"), false);
  equal(improves(second, first, "imputationR2"), true);
  equal(improves(first, second, "imputationR2"), false);
  equal(improves(first, first, "loss") || improves(first, first, "imputationR2"), false);
});

Deno.test("without validation rows the last is best", () => {
  equal(improves({ validation: NaN }, { validation: NaN }, "loss"), true);
  equal(improves({ validation: NaN }, { validation: NaN }, "imputationR2"), true);
});
