import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import { requestStop, resetStop } from "../progress/stop.ts";
import { readRecords, type RunIdentity, type RunRecord } from "../results/mod.ts";
import { runSources } from "./compare.ts";
import type { Experiment, Outcome, Run } from "./experiment.ts";
import { KEPT_RECORDS } from "./profiles.ts";
import { REPEAT, run, runOne } from "./run.ts";

const [kept] = await readRecords(KEPT_RECORDS) as [RunRecord];
const OUTCOME: Outcome = {
  metrics: { rmse: 7 },
  seconds: { compile: 0, train: 1, evaluate: 0 },
  steps: 1,
  parameters: 1,
  compiledBytes: null,
};

async function inFolder<T>(work: (folder: string) => Promise<T>, repeat?: string): Promise<T> {
  await useEngine("cpu");
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get(REPEAT);
  if (repeat) Deno.env.set(REPEAT, repeat);
  else Deno.env.delete(REPEAT);
  try {
    return await work(folder);
  } finally {
    if (before === undefined) Deno.env.delete(REPEAT);
    else Deno.env.set(REPEAT, before);
    await Deno.remove(folder, { recursive: true });
  }
}

/** A run that counts how often it is executed. */
function counted(identity: RunIdentity, more: Partial<Run> = {}) {
  const counts = { executed: 0 };
  const one: Run = {
    id: "test/one",
    identity,
    data: "data",
    model: "model",
    steps: 0,
    execute: () => Promise.resolve((counts.executed++, OUTCOME)),
    ...more,
  };
  return { one, counts };
}

/** Runs it twice, and tells how often it was executed and what it gave. */
const twice = (identity: RunIdentity, more: Partial<Run> = {}, repeat?: string) =>
  inFolder(async (records) => {
    const { one, counts } = counted(identity, more);
    const first = await runOne(one, { records });
    deepEqual(await runOne(one, { records }), first);
    return [counts.executed, first!.metrics] as const;
  }, repeat);

Deno.test("a run that has a kept record is read; what is not quite the same run is made once", async () => {
  deepEqual(await twice(kept), [0, kept.metrics]);
  equal((await twice({ ...kept, seed: 12345 }))[0], 1);
});

Deno.test("it is made where all runs are asked for, or more than its record is needed", async () => {
  deepEqual(await twice(kept, {}, "all"), [1, OUTCOME.metrics]);
  deepEqual(await twice(kept, { own: true }), [1, OUTCOME.metrics]);
});

const experimentOf = (runs: Run[]): Experiment => ({
  name: "test",
  notebook: "none",
  settings: (profile) => ({ profile }),
  runs: () => runs,
  report: () => ({ tables: {}, figures: {}, verdict: "" }),
});

Deno.test("a stop ends an experiment with the records so far; the next time goes on", async () => {
  await inFolder(async (records) => {
    await runSources();
    const first = counted({ ...kept, seed: 1 }, {
      execute: () => {
        requestStop();
        return Promise.resolve(OUTCOME);
      },
    });
    const second = counted({ ...kept, seed: 2 });
    const experiment = experimentOf([first.one, second.one]);
    equal((await run(experiment, { profile: "quick" }, { records })).length, 1);
    resetStop();
    equal((await run(experiment, { profile: "quick" }, { records })).length, 2);
    equal(second.counts.executed, 1);
    match(await runSources(), /^3 runs made here$/);
  });
});

Deno.test("runs that need what is not there are left out and told, but for their kept records", async () => {
  await inFolder(async (records) => {
    await runSources();
    const needs = "a key";
    const runs = [counted(kept, { needs }).one, counted({ ...kept, seed: 3 }, { needs }).one];
    deepEqual(await run(experimentOf(runs), { profile: "quick" }, { records }), [kept]);
    match(await runSources(), /1 runs from results\/records.*; 1 runs left out: they need a key$/);
  });
});

Deno.test("a run that fails is named", async () => {
  await inFolder(async (records) => {
    const { one } = counted({ ...kept, seed: 4 }, { execute: () => Promise.reject(new Error("no memory")) });
    await rejects(
      run(experimentOf([one]), { profile: "quick" }, { records }),
      /^Error: test\/one: no memory$/,
    );
  });
});
