import { deepEqual, equal } from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import { findRecord, readRecords, type RunRecord } from "../results/mod.ts";
import { KEPT_RECORDS } from "./profiles.ts";
import { type Outcome, recorded, returnedRecords } from "./record.ts";
import { REPEAT } from "./repeat.ts";

const [kept] = await readRecords(KEPT_RECORDS) as [RunRecord];
const OUTCOME: Outcome = {
  metrics: { rmse: 7 },
  seconds: { compile: 0, train: 1, evaluate: 0 },
  steps: 1,
  parameters: 1,
  compiledBytes: null,
};

/** Calls `recorded` twice in an empty folder, and tells how often it ran and what it gave. */
async function twice(
  identity: RunRecord,
  { repeat, ...options }: { repeat?: string; own?: boolean } = {},
): Promise<[number, RunRecord | undefined]> {
  await useEngine("cpu");
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get(REPEAT);
  if (repeat) Deno.env.set(REPEAT, repeat);
  else Deno.env.delete(REPEAT);
  let runs = 0;
  const run = () => Promise.resolve((runs++, OUTCOME));
  try {
    const first = await recorded(folder, identity, run, options);
    deepEqual(await recorded(folder, identity, run, options), first);
    equal(runs === 0, await findRecord(folder, identity) === undefined);
    return [runs, first];
  } finally {
    if (before === undefined) Deno.env.delete(REPEAT);
    else Deno.env.set(REPEAT, before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a run that has a kept record is read; what is not quite the same run is made once", async () => {
  returnedRecords();
  deepEqual(await twice(kept), [0, kept]);
  equal((await twice({ ...kept, seed: 12345 }))[0], 1);
  equal(returnedRecords().length, 4);
});

Deno.test("it is made where all runs are asked for, or more than its record is needed", async () => {
  equal((await twice(kept, { repeat: "all" }))[0], 1);
  const [runs, record] = await twice(kept, { own: true });
  deepEqual([runs, record!.metrics], [1, OUTCOME.metrics]);
});
