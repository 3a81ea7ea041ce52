import { deepEqual, equal } from "node:assert/strict";
import { recordOf } from "../results/testing.ts";
import { sourceLine, unitedRecords } from "./sources.ts";

const kept = [0, 1, 2].map((index) => recordOf({ fold: { index, of: 10 } }));
const repeated = { ...kept[1]!, date: "2027-01-01T00:00:00.000Z" };

Deno.test("a repeated run takes the place of its kept record; others are added on data or of models that are new", () => {
  const income = recordOf({ data: { name: "income", sha256: "a" } });
  const short = recordOf({ configuration: { steps: 5 } });
  deepEqual(unitedRecords(kept, [repeated, income, short]), [kept[0], repeated, kept[2], income]);
});

Deno.test("a line tells which runs were made here, repeated and read", () => {
  const made = recordOf({ seed: 9 });
  equal(
    sourceLine([kept[0]!, repeated, kept[2]!, made], kept),
    "1 runs made here; 1 of 3 runs repeated here: 1 equal; 2 from results/records (SPIN_REPEAT=all makes them again)",
  );
  equal(sourceLine([made, { ...made, seed: 8 }], kept), "2 runs made here");
  equal(sourceLine(kept, kept), "3 runs from results/records (SPIN_REPEAT=all makes them again)");
});
