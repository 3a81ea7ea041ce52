import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { b1Windows } from "../../data/genotypes/windows.ts";
import { useEngine } from "../../engine/mod.ts";
import { noPlugin } from "../../engine/support_test.ts";
import { toSvg } from "../../plots/mod.ts";
import { readRecords, recordName, type RunRecord, toMarkdown } from "../../results/mod.ts";
import { recordOf } from "../../results/support_test.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { run } from "../run.ts";
import { imputationMemory } from "./memory.ts";
import { beagleR2 } from "./report.ts";
import { frequencyR2, imputationMany } from "./run.ts";
import { type ManyDetails, manySettings, manyTrainings } from "./settings.ts";

const BLOCKS = "windows,masking,haplotypes";
const kept = await readRecords(KEPT_RECORDS);

Deno.test("every kept record is that of a run", async () => {
  const own = kept.filter(({ experiment }) => experiment === "imputation-many") as RunRecord<ManyDetails>[];
  ok(own.length > 0);
  for (const record of own) {
    const runs = await imputationMany.runs(manySettings("quick", imputationMany.changesOf!(record)));
    ok(runs.some(({ identity }) => recordName(identity!) === recordName(record)), recordName(record));
  }
  const memory = (await imputationMemory.runs(imputationMemory.settings("quick"))).map(({ identity }) =>
    recordName(identity!)
  );
  const measured = kept.filter(({ experiment }) => experiment === "imputation-memory").map(recordName);
  deepEqual(memory.sort(), measured.sort());
});

Deno.test("quick runs: masking shares its run of whole rows, shares of the samples have fewer train rows", async () => {
  const runs = await imputationMany.runs(manySettings("quick", { blocks: BLOCKS }));
  equal(new Set(runs.map(({ identity }) => recordName(identity!))).size, runs.length);
  deepEqual(
    runs.map(({ identity }) => {
      const { size, proportion, chunkMask } = identity!.configuration;
      return [size, proportion, chunkMask];
    }),
    [[100, 1, true], [100, 1, false], [300, 0.05, true], [300, 0.15, true], [300, 0.3, true], [300, 1, true]],
  );
  const rows = await Promise.all(runs.map(async ({ program }) => {
    const { fold } = await (program as Extract<typeof program, { kind: "table" }>).read();
    return fold.train.length;
  }));
  deepEqual(rows, [480, 480, 24, 72, 144, 480]);
  equal(runs[0]!.id, "imputation-many/windows-100/spin/seed0");
  equal(runs[0]!.identity!.data.name, "b1-4+2-windows-100");
});

Deno.test("more windows than there are cannot be chosen", async () => {
  await rejects(
    async () => await imputationMany.runs(manySettings("quick", { seen: 20, unseen: 200 })),
    /expected 20 blocks to train on and 200 others/,
  );
});

Deno.test("the train frequency of B1's window 1 is the one that is stated", async () => {
  const [window] = await b1Windows([1]);
  ok(Math.abs(frequencyR2(window!) - 0.609) < 1e-3);
});

Deno.test("the published settings are those of the reference, evaluated as often", () => {
  const trainings = manyTrainings(manySettings("paper"), 42);
  deepEqual(
    trainings.map(({ block, model, size, proportion, recipe: { labelMask, chunkMask, batchSize } }) =>
      [block, model, size, proportion, labelMask, chunkMask, batchSize].join(" ")
    ),
    [
      "windows spin 100 1 0.7 false -1",
      "windows spin 200 1 0.15 true -1",
      "windows spin 400 1 0.15 true -1",
      "masking spin 100 1 0.15 true 256",
      "masking spin 100 1 0.15 false 256",
      ...[0.01, 0.05, 0.15, 0.2, 0.3, 1].map((share) => `haplotypes spin 300 ${share} 0.15 true -1`),
      ...[0.01, 0.05, 0.15, 0.2, 0.25].map((share) => `haplotypes npt 300 ${share} 0.15 true -1`),
    ],
  );
  deepEqual([trainings[0]!.recipe.evaluateEvery, trainings[0]!.recipe.steps], [10, 100_000]);
  const few = manyTrainings(manySettings("paper", { sizes: "200", proportions: "0.25,0.3", steps: 7 }), 42);
  deepEqual(few.map(({ size, proportion, recipe }) => [size, proportion, recipe.steps]), [
    [200, 1, 7],
    [100, 1, 7],
    [100, 1, 7],
    [300, 0.3, 7],
    [300, 0.25, 7],
  ]);
});

Deno.test("what there is not is named", () => {
  throws(() => manySettings("quick", { blocks: "one window" }), /blocks: there is no "one window"/);
  throws(() => manySettings("quick", { models: "beagle" }), /models: there is no "beagle"/);
  throws(
    () => manyTrainings(manySettings("paper", { blocks: "masking", models: "npt" }), 1),
    /no run of npt was published for masking/,
  );
});

Deno.test({
  name: "a run tests seen and unseen windows, and is not repeated",
  ignore: noPlugin,
  fn: async () => {
    await useEngine("xla");
    const records = await Deno.makeTempDir();
    try {
      const settings = manySettings("quick", { blocks: "windows", seen: 2, unseen: 1, steps: 2 });
      const [record] = await run(imputationMany, settings, { records });
      const { metrics, details: { seen, unseen } } = record!;
      deepEqual([seen, unseen].map((part) => part.map(({ name }) => name)), [["block 16", "block 49"], [
        unseen[0]!.name,
      ]]);
      ok(Math.abs(metrics["seen r2"]! - (seen[0]!.r2 + seen[1]!.r2) / 2) < 1e-12);
      equal(metrics["unseen frequency"], unseen[0]!.frequency);
      deepEqual(await run(imputationMany, settings, { records }), [record]);
    } finally {
      await Deno.remove(records, { recursive: true });
    }
  },
});

/** A made-up record of two seen windows and an unseen one, whose train frequency has 0.5. */
function made(
  size: number,
  proportion: number,
  seen: number,
  { chunkMask = true, unseen = 0.1, ...change }: Partial<RunRecord> & {
    chunkMask?: boolean;
    unseen?: number;
  } = {},
): RunRecord {
  return recordOf({
    experiment: "imputation-many",
    data: { name: `b1-2+1-windows-${size}`, sha256: "0" },
    fold: null,
    configuration: { size, proportion, chunkMask, labelMask: 0.5 },
    metrics: { "seen r2": seen, "seen frequency": 0.5, "unseen r2": unseen, "unseen frequency": 0.5 },
    details: {
      seen: [
        { name: "block 1", r2: seen + 0.1, frequency: 0.5 },
        { name: "block 2", r2: seen - 0.1, frequency: 0.5 },
      ],
      unseen: [{ name: "block 9", r2: unseen, frequency: 0.5 }],
    },
    ...change,
  });
}

const RECORDS = [
  made(100, 1, 0.9),
  made(100, 1, 0.8, { seed: 2 }),
  made(100, 1, 0.55, { chunkMask: false }),
  made(300, 1, 0.7),
  made(300, 0.15, 0.4, { unseen: 0.6 }),
];

const tablesOf = (records: readonly RunRecord[]) => imputationMany.report(records).tables;
const markdown = (records: readonly RunRecord[], name: string) => toMarkdown(tablesOf(records)[name]!);

Deno.test("sizes stand beside the train frequency of seen and unseen windows, means over seeds", () => {
  const table = markdown(RECORDS, "windows");
  match(
    table,
    /\| SPIN, 100, 2 \+ 1 \| \*\*0\.850 ± 0\.050\*\* \| 0\.500 \| 0\.100 ± 0\.000 \| \*\*0\.500\*\* \|/,
  );
  match(table, /\| SPIN, 300, 2 \+ 1 \| \*\*0\.700\*\* \|/);
  equal(tablesOf(RECORDS)["windows"]!.rows.length, 2);
  const windows = markdown(RECORDS, "each");
  match(windows, /\| block 1, seen \| \*\*0\.950\*\* \| 0\.500 \| – \|/);
  match(windows, /\| block 9, unseen \| 0\.100 \| \*\*0\.500\*\* \| – \|/);
});

Deno.test("Beagle stands beside B1's own windows, where it had the same to read", () => {
  ok(Math.abs(beagleR2({ size: 100, proportion: 1 }, "block 16") - 0.963289) < 1e-5);
  for (
    const [size, proportion, window] of [[100, 1, "block 17"], [100, 0.5, "block 16"], [
      300,
      1,
      "block 16",
    ]] as const
  ) {
    ok(Number.isNaN(beagleR2({ size, proportion }, window)));
  }
});

Deno.test("masking stands in pairs, shares in their order", () => {
  match(
    markdown(RECORDS, "masking"),
    /100, whole rows \|.*0\.850.*\n.*100, single cells \|.*0\.550/,
  );
  equal(tablesOf(RECORDS.slice(0, 2))["masking"]!.rows.length, 0);
  match(markdown(RECORDS, "shares"), /SPIN, 0\.15 \| 0\.400.*\n.*SPIN, 1 \| \*\*0\.700/);
  equal(tablesOf(RECORDS.slice(0, 4))["shares"]!.rows.length, 0);
});

Deno.test("an older configuration of the same run does not count", () => {
  const older = made(300, 1, 0.2, {
    configuration: { size: 300, proportion: 1, chunkMask: true, labelMask: 0.15 },
    date: "2020-01-01T00:00:00.000Z",
  });
  match(markdown([older, ...RECORDS], "windows"), /SPIN, 300, 2 \+ 1 \| \*\*0\.700/);
});

Deno.test("figures are drawn, and the verdict follows from the numbers", () => {
  const { figures, verdict } = imputationMany.report(RECORDS);
  match(toSvg(figures["windows"]!), /unseen windows, 100 targets/);
  match(toSvg(figures["shares"]!), /share of the train haplotypes/);
  match(
    verdict,
    /SPIN, 100 targets: seen windows 0\.850 against 0\.500 of the train frequency, better in 2 of 2/,
  );
  match(
    verdict,
    /unseen windows 0\.100 against 0\.500.*better in 0 of 1: what it learned is of the variants/,
  );
  match(
    verdict,
    /Masking whole rows.*SPIN, 100 targets, 2 seeds: \+0\.300 R² on seen windows, not clearly different/,
  );
  match(verdict, /from 0\.400 with 0\.15 of them to 0\.700 with 1/);
  ok(
    imputationMany.report([made(100, 1, 0.9, { unseen: 0.7 })]).verdict.includes(
      "helps where it was not trained",
    ),
  );
});

Deno.test("memory is a share of NPT's, width by width", () => {
  const memory = (model: string, embedding: number, peak: number) =>
    recordOf({
      experiment: "imputation-memory",
      model,
      configuration: { size: 300, embedding },
      metrics: { peak },
    });
  const { verdict, tables } = imputationMemory.report([
    memory("npt", 32, 1000),
    memory("spin", 32, 170),
    memory("npt", 16, 100),
    memory("spin", 16, 34),
    memory("spin", 64, 300),
  ]);
  match(
    verdict,
    /^- .*e = 32: SPIN needs 0\.17 of NPT's, at most a fifth\.\n- .*e = 16: .* 0\.34 .*more than a fifth\.$/,
  );
  deepEqual(tables["memory"]!.rows.map(({ label }) => label), ["300, 64", "300, 32", "300, 16"]);
});
