import { deepEqual, equal, match } from "node:assert/strict";
import { type RunRecord, toText } from "../results/mod.ts";
import { recordOf } from "../results/support_test.ts";
import {
  compareRuns,
  comparisonTable,
  differences,
  repeatedLine,
  sourceLine,
  toleranceOf,
  unitedRecords,
} from "./compare.ts";

const compare = (kept: Partial<RunRecord>, now: Partial<RunRecord>, others: RunRecord[] = []) => {
  const record = recordOf(kept);
  return compareRuns(record, recordOf({ ...kept, ...now }), [record, ...others]);
};

Deno.test("the same measures are equal, whatever the times", () => {
  const details = (seconds: number) => ({ curve: [{ step: 250, target: 0.5, seconds }] });
  const kept = { metrics: { rmse: 1, loss: 0.1 }, details: details(3) };
  const { verdict, run, sameEngine } = compare(kept, {
    details: details(9),
    seconds: { compile: 1, train: 1, evaluate: 1 },
  });
  deepEqual([verdict, run, sameEngine], ["equal", "uci, spin, yacht, fold 0, seed 1", true]);
});

Deno.test("an error is within the deviation over the folds of the same data and model, or a tenth of it", () => {
  const kept = { metrics: { rmse: 1, loss: 0.1 } };
  equal(compare(kept, { metrics: { rmse: 1.09, loss: 5 } }).verdict, "within");
  equal(compare(kept, { metrics: { rmse: 1.2, loss: 0.1 } }).verdict, "differs");
  const other = recordOf({ fold: { index: 1, of: 10 }, metrics: { rmse: 1.6 } });
  equal(compare(kept, { metrics: { rmse: 1.2 } }, [other]).verdict, "within");
  const elsewhere = recordOf({ data: { name: "boston-housing", sha256: "a" }, metrics: { rmse: 9 } });
  equal(compare(kept, { metrics: { rmse: 1.2 } }, [elsewhere]).verdict, "differs");
});

Deno.test("likelihoods are settled at the end of an annealed training only, memory has a share, counts have nothing", () => {
  const of = (metric: string, schedule: string) =>
    toleranceOf(metric, recordOf({ metrics: { [metric]: 2 ** 30 }, configuration: { schedule } }), []);
  deepEqual(
    [
      of("target", "cosine"),
      of("tests matern target", "cosine"),
      of("curve target@250", "cosine"),
      of("target", "constant"),
    ],
    [0.01, 0.01, 0.05, 0.05],
  );
  deepEqual([of("peak", "x"), of("arguments", "x"), of("bestStep", "x")], [2 ** 28, 0, undefined]);
  equal(compare({}, { parameters: 7 }).verdict, "differs");
  equal(compare({}, { steps: 7 }).verdict, "differs");
});

Deno.test("a training on another kind of processor may be off by three times as much, counts and memory may not", () => {
  const kept = { metrics: { rmse: 1, peak: 2 ** 30 } };
  const environment = { ...recordOf({}).environment, cpu: "another one" };
  const elsewhere = (metrics: RunRecord["metrics"]) => compare(kept, { metrics, environment }).verdict;
  equal(compare(kept, { metrics: { ...kept.metrics, rmse: 1.25 } }).verdict, "differs");
  equal(elsewhere({ ...kept.metrics, rmse: 1.25 }), "within");
  equal(elsewhere({ ...kept.metrics, rmse: 1.35 }), "differs");
  equal(elsewhere({ ...kept.metrics, peak: 1.5 * 2 ** 30 }), "differs");
});

Deno.test("processors of one name and several models are several kinds; where no model is recorded the name counts", () => {
  const one = (cpu: string, other: string) => {
    const [kept, now] = [cpu, other].map((cpu) =>
      recordOf({ environment: { ...recordOf({}).environment, cpu } })
    );
    return compareRuns(kept!, now!, []).sameEngine;
  };
  const [model, another] = ["E (family 25, model 17)", "E (family 25, model 1)"];
  deepEqual([one(model, model), one("E", model), one(model, "E")], [true, true, true]);
  deepEqual([one(model, another), one("E2", model), one("E", "F (family 25, model 1)")], [
    false,
    false,
    false,
  ]);
});

Deno.test("a measure that one of both lacks differs", () => {
  equal(compare({ metrics: { rmse: 1 } }, { metrics: { rmse: null } }).verdict, "differs");
});

Deno.test("a beginning is compared as far as it goes", () => {
  const curve = [{ step: 250, target: 0.5, seconds: 1 }, { step: 500, target: 0.7, seconds: 2 }];
  const kept = { steps: 3000, metrics: { target: 1 }, details: { curve, tests: {} } };
  const details = { curve: [{ step: 250, target: 0.52, seconds: 9 }], tests: {} };
  const { verdict, run } = compare(kept, { steps: 250, metrics: {}, details });
  deepEqual([verdict, run], ["within", "uci, spin, yacht, fold 0, seed 1, to curve target@250"]);
});

Deno.test("what differs is named with both values, and the line counts", () => {
  const far = compare({ metrics: { rmse: 1 } }, { metrics: { rmse: 2 } });
  const near = compare({ metrics: { rmse: 1 } }, { metrics: { rmse: 1.01 } });
  deepEqual(differences([near, far]), [
    "uci, spin, yacht, fold 0, seed 1: rmse is 2, the kept record has 1, tolerance 0.1",
  ]);
  equal(repeatedLine([near, far], 407), "2 of 407 runs repeated here: 1 within tolerance, 1 different");
  equal(repeatedLine([], 407), "0 of 407 runs repeated here");
  const text = toText(comparisonTable([near, far], 407));
  match(text, /fold 0, seed 1 +rmse +1 +2 +0\.1 +differs/);
  match(text, /engine, options and processor have the same names: 2 runs/);
});

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
