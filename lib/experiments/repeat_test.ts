import { deepEqual, equal } from "node:assert/strict";
import { recordOf } from "../results/support_test.ts";
import { experimentsIn } from "./registry.ts";
import { familyOf, RUN_SECONDS, SAMPLE_SECONDS, sampleOf, wholeSeconds } from "./repeat.ts";

const run = (experiment: string, model: string, seconds: number, seed = 0) => ({
  record: recordOf({ experiment, model, seed, configuration: {} }),
  seconds,
});
const names = (runs: ReturnType<typeof run>[]) =>
  runs.map(({ record: { experiment, model, seed } }) => `${experiment} ${model} ${seed}`);

Deno.test("the family of a run is the kind of its model", () => {
  equal(familyOf(recordOf({ model: "nested", configuration: { model: { model: "spin" } } })), "spin");
  equal(familyOf(recordOf({ model: "spin-flat", configuration: { model: "spin" } })), "spin");
  equal(familyOf(recordOf({ model: "copying", configuration: { weight: 0.5 } })), "copying");
});

Deno.test("the sample is the shortest run of each family of each experiment, in the order given", () => {
  const runs = [
    run("a", "x", 9, 1),
    run("a", "x", 8, 2),
    run("a", "y", 7),
    run("b", "x", 6),
    run("b", "x", 0),
    run("b", "x", RUN_SECONDS + 1),
    run("c", "x", RUN_SECONDS + 1),
  ];
  deepEqual(names(sampleOf(runs)), ["a x 2", "a y 0", "b x 0"]);
  deepEqual(sampleOf([]), []);
});

Deno.test("experiments take turns, and no more is run than was said", () => {
  const many = Array.from({ length: 40 }, (_, i) => run("a", `m${i}`, 10));
  const sample = sampleOf([...many, run("b", "x", 25), run("b", "y", 25)]);
  deepEqual(names(sample).slice(-2), ["b x 0", "b y 0"]);
  const seconds = sample.reduce((sum, one) => sum + one.seconds, 0);
  equal(seconds <= SAMPLE_SECONDS && seconds + 10 > SAMPLE_SECONDS, true);
});

Deno.test("a record tells how long its run takes, unless its program was compiled before", () => {
  equal(wholeSeconds(recordOf({ seconds: { compile: 9, train: 1, evaluate: 1 } })), 11);
  equal(wholeSeconds(recordOf({ seconds: { compile: 0, train: 0.1, evaluate: 0 } })), 0);
});

Deno.test("a notebook shows its own experiments, and an unknown one none", () => {
  deepEqual(experimentsIn(["01_uci", "03_ablation"]), ["uci", "uci-memory", "ablation", "context"]);
  deepEqual(experimentsIn(["my_own"]), []);
});
