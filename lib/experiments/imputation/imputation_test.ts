import { threefryUniform } from "@spin/xla/threefry";
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import {
  dosages,
  joined,
  mafBin,
  meanTargetR2,
  minorMoments,
  pooledR2,
  squaredCorrelation,
  targetR2,
} from "../../baselines/genotype_r2.ts";
import { baselineInstalled, findBeagle } from "../../baselines/mod.ts";
import { genotypeFigures } from "../../data/genotypes/project.ts";
import { useEngine } from "../../engine/mod.ts";
import { createTableModel } from "../../models/table/mod.ts";
import { ROOT } from "../../paths.ts";
import { toSvg } from "../../plots/mod.ts";
import { readRecords, recordName, type RunRecord, spread, toMarkdown } from "../../results/mod.ts";
import { recordOf } from "../../results/support_test.ts";
import { runSources } from "../compare.ts";
import { asProfile, KEPT_RECORDS } from "../profiles.ts";
import { run, runOne } from "../run.ts";
import { cohort, type CohortDetails, cohortScores, dosageFigure } from "./cohort.ts";
import { imputationMethods } from "./report.ts";
import { imputation } from "./run.ts";
import { imputationRecipe, PUBLISHED_IMPUTATION, publishedRecipe } from "./settings.ts";
import { binR2, type ImputationRecord, imputationScores, meanTarget } from "./window.ts";

type Changes = Parameters<typeof imputation.settings>[1];

const runsOf = async (changes: Changes) => await imputation.runs(imputation.settings("quick", changes));
const kept = await readRecords(KEPT_RECORDS);

Deno.test("every kept record is that of a run", async () => {
  const own = kept.filter(({ experiment }) => experiment === "imputation") as ImputationRecord[];
  ok(own.length > 0);
  for (const record of own) {
    const settings = imputation.settings(asProfile(record.profile), imputation.changesOf!(record));
    const names = (await imputation.runs(settings)).map(({ identity }) => identity && recordName(identity));
    ok(names.includes(recordName(record)), recordName(record));
  }
  const cohorts = kept.filter(({ experiment }) => experiment === "cohort") as RunRecord<CohortDetails>[];
  ok(cohorts.length > 0);
  for (const record of cohorts) {
    const [one] = await cohort.runs(cohort.settings("quick", cohort.changesOf!(record)));
    equal(recordName(one!.identity!), recordName(record));
  }
});

Deno.test("runs are every seed, window and model, each with a record of its own", async () => {
  const runs = await runsOf({ windows: [0, 3], models: "spin,npt", seeds: "42,52", classical: "none" });
  equal(runs.length, 8);
  equal(new Set(runs.map(({ identity }) => recordName(identity!))).size, 8);
  deepEqual(runs.slice(0, 4).map(({ identity, model }) => `${identity!.data.name} ${model}`), [
    "b1-window0 spin",
    "b1-window0 npt",
    "b1-window3 spin",
    "b1-window3 npt",
  ]);
  ok(runs[0]!.identity!.data.sha256 !== runs[2]!.identity!.data.sha256);
  deepEqual(runs[4]!.identity!.configuration, runs[0]!.identity!.configuration);
});

Deno.test("the copying model has one run for all seeds, programs of others are external", async () => {
  const runs = await runsOf({ seeds: [0, 1], classical: "beagle,knn" });
  deepEqual(runs.map(({ model, identity, external }) => [model, identity?.seed, external]), [
    ["spin", 0, undefined],
    ["spin", 1, undefined],
    ["spin-mosaics", 0, undefined],
    ["copying", 0, undefined],
    ["spin-copying", 0, undefined],
    ["spin-mosaics", 1, undefined],
    ["spin-copying", 1, undefined],
    ["beagle-run", (await findBeagle()).found ? 42 : undefined, true],
    ["knn-run", 0, true],
    ["knn-run", 1, true],
  ]);
});

Deno.test("another size, fewer steps and other hyperparameters are other runs", async () => {
  const [one, mosaics] = await runsOf({
    models: "spin,spin-mosaics",
    size: "200",
    steps: 3,
    model: { h: 4 },
    recipe: { learningRate: 0.01 },
    haplotypes: { spin: { batch: 8 } },
  });
  equal(one!.identity!.data.name, "b1-window0-200");
  const { size, steps, learningRate, model } = one!.identity!.configuration;
  deepEqual([size, steps, learningRate, (model as { h: number }).h], [200, 3, 0.01, 4]);
  const { batch, steps: few } = mosaics!.identity!.configuration["spin"] as Record<string, number>;
  deepEqual([batch, few, mosaics!.steps], [8, 3, 3]);
  throws(() => imputation.settings("quick", { windows: "7" }), /from 0 to 4, found 7/);
  throws(() => imputation.settings("quick", { models: "impute5" }), /models: there is no "impute5"/);
  throws(() => imputation.settings("quick", { classical: "svm" }), /classical: there is no "svm"/);
  throws(
    () => cohort.settings("quick", { methods: ["beagel"] }),
    /no "beagel"; known: beagle, fast, impute/,
  );
  throws(
    () => cohort.settings("quick", { phasing: "owm" as "own" }),
    /phasing: there is no "owm"; known: own/,
  );
});

Deno.test("the published settings are those of the reference", () => {
  const npt = imputationRecipe("npt", "paper", 1);
  deepEqual([npt.model.embedding, npt.model.heads, npt.model.depth, npt.steps], [64, 4, 6, 15_000]);
  deepEqual([npt.labelMask, npt.tradeoff, npt.flatShare, npt.batchSize], [1, 0.5, 0.7, -1]);
  const labels = imputationRecipe("set-transformer-labels", "paper", 1);
  deepEqual([labels.model.model, labels.labelMask, labels.steps], ["set-transformer", 0.5, 30_000]);
  const parametric = imputationRecipe("only-aba", "paper", 1);
  deepEqual([parametric.model.depth, parametric.transductive], [8, false]);
  equal(imputationRecipe("spin", "paper", 1).inference, "retain");
  const [hundred, , four] = PUBLISHED_IMPUTATION.filter(({ block }) => block === "multiple windows");
  deepEqual([hundred!.labelMask, hundred!.chunkMask, four!.size, four!.labelMask], [0.7, false, 400, 0.15]);
  const masking = PUBLISHED_IMPUTATION.filter(({ block }) => block === "masking").map((row) =>
    publishedRecipe(row, 1)
  );
  deepEqual(masking.map(({ chunkMask, batchSize }) => [chunkMask, batchSize]), [[true, 256], [false, 256]]);
});

Deno.test("every model has a quick recipe too, the same for all", () => {
  for (const model of ["spin", "npt", "set-transformer", "only-aba"]) {
    const { model: { model: kind, ...size }, ...recipe } = imputationRecipe(model, "quick", 1);
    const { model: { model: _, ...spinSize }, ...spin } = imputationRecipe("spin", "quick", 1);
    deepEqual([kind, size, recipe], [model, spinSize, spin]);
  }
  equal(imputationRecipe("npt-labels", "quick", 1).chunkMask, true);
});

/** Rows and targets of a made-up window, and haplotypes behind the counts. */
const [ROWS, TARGETS, ALLELES] = [8, 6, 400];

/** A made-up window with the last target constant in truth, and two whose ALT is the major allele. */
function madeWindow(seed: number) {
  const draws = threefryUniform(seed, 0, 0, 2 * ROWS * TARGETS);
  const truth = Uint8Array.from(
    { length: ROWS * TARGETS },
    (_, i) => Number(i % TARGETS < 5 && draws[i]! < 0.5),
  );
  const predicted = Float64Array.from(truth, (y, i) => 0.6 * y + 0.4 * draws[ROWS * TARGETS + i]!);
  const counts = Uint32Array.of(1, 399, 10, 100, 300, 150);
  const window = { counts, alleles: ALLELES };
  const bin = [...counts].map((count) => mafBin(count, ALLELES));
  const altIsMajor = [...counts].map((count) => Number(2 * count > ALLELES));
  return { scored: { predicted, truth, targets: TARGETS }, window, bin, altIsMajor };
}
const close = (a: number, b: number) => ok(Math.abs(a - b) < 1e-12, `${a} and ${b}`);

Deno.test("scores of a window are those of the measures they are named after", () => {
  const { scored, window } = madeWindow(1);
  const { metrics } = imputationScores(scored, window);
  close(metrics["r2"]!, pooledR2(scored));
  close(
    metrics["dosageR2"]!,
    pooledR2({ targets: TARGETS, predicted: dosages(scored.predicted), truth: dosages(scored.truth) }),
  );
  close(metrics["targetR2"]!, meanTargetR2(scored));
  equal(metrics["targets"], 5);
});

Deno.test("bins of windows are put together as if they had been measured together", () => {
  const parts = [madeWindow(1), madeWindow(2)];
  const scores = parts.map(({ scored, window }) => imputationScores(scored, window));
  const whole = parts.map(({ scored, bin, altIsMajor }) => ({
    ...scored,
    bin,
    altIsMajor,
    alleles: 1 as const,
  }));
  for (const bin of [0, 1, 2]) {
    close(
      binR2(scores.map(({ details }) => details), bin),
      squaredCorrelation(whole.map((one) => minorMoments(one, bin)).reduce(joined)),
    );
  }
  const single = whole.flatMap((one) => [...targetR2(one)]).filter((value) => !Number.isNaN(value));
  close(meanTarget(scores.map(({ metrics }) => metrics)), spread(single).mean);
});

/** A made-up record; all bins have the same moments. */
function made(
  model: string,
  window: number,
  seed: number,
  r2: number,
  change: Partial<RunRecord> = {},
): RunRecord {
  const moments = { count: 100, meanP: 0.5, meanY: 0.5, pp: 1, yy: 1, py: Math.sqrt(r2) };
  return recordOf({
    experiment: "imputation",
    model,
    data: { name: `b1-window${window}`, sha256: "0" },
    fold: null,
    seed,
    configuration: { size: 100, proportion: 1 },
    metrics: { r2, dosageR2: r2 + 0.01, targetR2: r2 - 0.1, targets: 50 },
    details: { bins: [moments, moments, moments] },
    ...change,
  });
}

const WINDOWS = [0, 1, 2, 3, 4];
const RECORDS = WINDOWS.flatMap((window) => [
  made("spin", window, 42, 0.9 + 0.01 * window),
  made("spin", window, 52, 0.92 + 0.01 * window),
  made("npt", window, 42, 0.8),
]);

const tablesOf = (records: readonly RunRecord[]) => imputation.report(records).tables;

Deno.test("our models stand before the classical methods, the best first", () => {
  const methods = imputationMethods(RECORDS);
  equal(methods.map(({ model }) => model).slice(0, 3).join(), "spin,npt,frequency");
  const [spin] = methods;
  ok(Math.abs(spin!.mean - 0.93) < 1e-12 && Math.abs(spin!.windows[4]!.mean - 0.95) < 1e-12);
  ok(Math.abs(spin!.windows[0]!.standardError - 0.01) < 1e-12);
  equal(spin!.seeds, 2);
  const beagle = methods.find(({ model }) => model === "beagle")!;
  const figure = genotypeFigures().figures.find(({ model, level, part, benchmark }) =>
    benchmark === "B1" && part === "test" && level === "haplotype" && model === "beagle"
  )!;
  ok(Math.abs(beagle.mean - figure.mean) < 1e-5 && Math.abs(beagle.deviation - figure.deviation) < 1e-5);
});

Deno.test("tables show every method and mark the best of a column", () => {
  const tables = tablesOf(RECORDS);
  const table = toMarkdown(tables["scores"]!);
  match(table, /\| SPIN \| 0\.910.±.0\.010 \|.*\| 0\.930.±.0\.016 \| 0\.940 \| 0\.830 \|/);
  match(table, /\| Beagle \| \*\*0\.975\*\*/);
  match(table, /SPIN, NPT: runs of this workspace, quick profile, seeds 42, 52/);
  match(toMarkdown(tables["bins"]!), /\| SPIN \| \*\*0\.930\*\* \| \*\*0\.930\*\* \| 0\.930 \|/);
  match(toMarkdown(tables["bins"]!), /24, 113, 2026 minor alleles/);
  equal(tables["costs"]!.rows.length, 2);
});

Deno.test("some windows alone, or other sizes, stand beside nothing that is not the same", () => {
  const few = RECORDS.filter(({ data }) => data.name === "b1-window1");
  const bins = toMarkdown(tablesOf(few)["bins"]!);
  match(bins, /Classical figures by frequency are of all five windows/);
  ok(!bins.includes("Beagle |"));
  match(toMarkdown(tablesOf(few)["scores"]!), /\| train frequency \| 0\.609 \| 0\.609 \| 0\.723 \| – \|/);
  const larger = made("spin", 0, 42, 0.9, {
    configuration: { size: 200, proportion: 1 },
    data: { name: "b1-window0-200", sha256: "0" },
  });
  equal(imputationMethods([larger]).length, 1);
});

Deno.test("a window that was not run leaves no mean, and older configurations do not count", () => {
  const [spin, npt] = imputationMethods([
    ...RECORDS.filter(({ model, data }) => model !== "npt" || data.name !== "b1-window3"),
    made("spin", 0, 42, 0.1, {
      configuration: { size: 100, proportion: 1, steps: 1 },
      date: "2024-01-01T00:00:00Z",
    }),
  ]);
  ok(Math.abs(spin!.mean - 0.93) < 1e-12);
  ok(Number.isNaN(npt!.mean) && npt!.windows.length === 4);
  match(toMarkdown(tablesOf(RECORDS.slice(0, 5))["scores"]!), /\| NPT \| 0\.800 \| – \| – \|/);
});

Deno.test("figures are drawn, and the verdict follows from the numbers", () => {
  const { figures, verdict } = imputation.report(RECORDS);
  match(toSvg(figures["scores"]!), /mean of windows/);
  match(toSvg(figures["bins"]!), /minor allele 0\.5-5 %/);
  match(verdict, /SPIN 0\.930, NPT 0\.800/);
  match(verdict, /SPIN against NPT: \+0\.130 ± 0\.007 R², higher in 5 of 5 windows: better/);
  match(verdict, /SPIN against Beagle: -0\.042/);
});

Deno.test("haplotype models leave records with validation and test, share what they need, and are not run again", async () => {
  await useEngine();
  const records = await Deno.makeTempDir();
  try {
    const changes = { models: "spin-mosaics,copying,spin-copying", classical: "none", steps: 2 };
    const settings = imputation.settings("quick", changes);
    const found = await run(imputation, settings, { records });
    deepEqual(found.map(({ model }) => model), ["spin-mosaics", "copying", "spin-copying"]);
    const of = (model: string) => found.find((record) => record.model === model)!;
    // Without training there is no telling how the two together do; the copying model has nothing to learn.
    ok(of("copying").metrics["r2"]! > 0.97 && of("copying").metrics["validationR2"]! > 0.95);
    ok(of("spin-mosaics").metrics["r2"]! < of("spin-copying").metrics["r2"]!);
    equal(of("spin-mosaics").seconds.train, of("spin-copying").seconds.train);
    equal(of("copying").details.bins.length, 3);
    deepEqual(await run(imputation, settings, { records }), found);
  } finally {
    await Deno.remove(records, { recursive: true });
  }
});

Deno.test("a table model of one's own is trained in place of SPIN; a stopped run leaves no record", async () => {
  await useEngine();
  const records = await Deno.makeTempDir();
  try {
    const narrow = {
      name: "narrow",
      build: (columns: Parameters<typeof createTableModel>[1], seed: number) =>
        createTableModel({ model: "spin", embedding: 4, heads: 2, depth: 2, h: 2, f: 2 }, columns, seed),
    };
    const [one] = await runsOf({ models: [narrow], steps: 2 });
    equal(await runOne(one!, { records, signal: AbortSignal.abort() }), undefined);
    const record = (await runOne(one!, { records }))!;
    ok(record.model === "narrow" && record.steps === 2 && record.metrics["r2"]! >= 0);
    equal(typeof record.configuration["build"], "string");
  } finally {
    await Deno.remove(records, { recursive: true });
  }
});

Deno.test("Beagle and classical models have the R² that was measured, or say how to get them", async () => {
  const records = await Deno.makeTempDir();
  try {
    await runSources();
    const settings = imputation.settings("quick", { models: "none", classical: "beagle,knn" });
    const found = await run(imputation, settings, { records });
    const sources = await runSources();
    const r2 = (model: string) => found.find((record) => record.model === model)!.metrics["r2"]!;
    if ((await findBeagle()).found) ok(Math.abs(r2("beagle-run") - 0.9751) < 5e-4);
    else match(sources, /1 runs left out: they need Beagle \(/);
    if (await baselineInstalled()) ok(Math.abs(r2("knn-run") - 0.9604) < 1e-3);
    else match(sources, /1 runs left out: they need .*setup --baselines/);
  } finally {
    await Deno.remove(records, { recursive: true });
  }
});

Deno.test("kept windows: SPIN on mosaics is above what it is compared with, with copying above Beagle", () => {
  const methods = imputationMethods(kept);
  const of = (model: string) => methods.find((method) => method.model === model)!;
  equal(of("spin-mosaics").windows.length, 5);
  ok(of("spin-mosaics").seeds >= 3);
  ok(of("spin-mosaics").mean > 0.965, `SPIN on mosaics: ${of("spin-mosaics").mean}`);
  ok(of("spin-copying").mean > of("beagle").mean, `SPIN and copying: ${of("spin-copying").mean}`);
});

Deno.test("the kept cohort is imputed better than by Beagle, and docs/imputation.md shows both tables", async () => {
  const { verdict } = cohort.report(kept);
  for (const method of ["", ", --fast"]) {
    match(verdict, new RegExp(`3 Mb${method}, seed 0: .*above Beagle's on the same files`));
  }
  const page = await Deno.readTextFile(join(ROOT, "docs/imputation.md"));
  ok(page.includes(verdict), `expected in docs/imputation.md:\n${verdict}`);
  for (const { report } of [imputation, cohort]) {
    const table = toMarkdown(report(kept).tables["scores"]!).trim();
    ok(page.includes(table), `expected in docs/imputation.md:\n${table}`);
  }
});

Deno.test("scores of a cohort count minor alleles and single variants", () => {
  const scored = {
    predicted: Float32Array.of(0, 2, 1, 1.8, 2, 0.1),
    truth: Uint8Array.of(0, 2, 1, 2, 2, 0),
    targets: 2,
    bin: [2, 2],
    altIsMajor: [0, 1],
    alleles: 2 as const,
    samples: ["a", "b", "c"],
  };
  const { metrics, details } = cohortScores(scored);
  ok(metrics["r2"]! > 0.95 && metrics["r2"]! < 1);
  equal(metrics["targets"], 2);
  ok(Number.isNaN(details.bins[0]!));
  match(toSvg(dosageFigure(scored)), /Imputed against true dosage/);
});
