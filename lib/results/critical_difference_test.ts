import { ok, throws } from "node:assert/strict";
import { criticalDifference } from "./summary.ts";

Deno.test("critical differences are those of Demšar's examples", () => {
  // Demšar 2006, section 3.2.4: four models on fourteen sets.
  ok(Math.abs(criticalDifference(4, 14) - 1.25) < 0.01);
  ok(Math.abs(criticalDifference(2, 25) - 1.96 / 5) < 1e-9);
});

Deno.test("one model, or no set, cannot be compared", () => {
  throws(() => criticalDifference(1, 5), /expected 2 to 20 models and a set, found 1 and 5/);
  throws(() => criticalDifference(3, 0), /found 3 and 0/);
});
