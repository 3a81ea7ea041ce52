import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { evaluationSet } from "../../data/gp/mod.ts";
import { paperGp } from "../../data/paper.ts";
import { toSvg } from "../../plots/mod.ts";
import { processName } from "../../models/process/registry.ts";
import { readRecords, recordName, type RunRecord, toMarkdown } from "../../results/mod.ts";
import { spread } from "../../results/summary.ts";
import { xlaTest } from "../../engine/testing.ts";
import { ROOT } from "../../setup/paths.ts";
import { createEvaluator } from "../../train/process/evaluate.ts";
import { gpEvaluation } from "../../train/process/evaluation_tasks.ts";
import { gpRuns } from "./gp.ts";
import { gpCurveFigure, gpRangeFigure } from "./gp_figures.ts";
import { fullCurves, gpVerdict, keptCurveTable, keptProcess } from "./gp_kept.ts";
import { ceilingOf, isUnbounded, published, rangeOf } from "./gp_scores.ts";
import { GP_LEAST, gpRanges, gpRecipe } from "./gp_settings.ts";
import { gpCurveTable, gpKernelTable, gpRangeTable } from "./gp_tables.ts";
import { KEPT_RECORDS, KEPT_WEIGHTS } from "../profiles.ts";

const kept = (await readRecords(KEPT_RECORDS)).filter(({ experiment }) => experiment === "gp");

Deno.test("the paper profile is the published training", () => {
  const recipe = gpRecipe("ipnp", gpRanges(1024), "paper", 3);
  deepEqual(
    [recipe.steps, recipe.learningRate, recipe.schedule, recipe.samples, recipe.evalSamples, recipe.induce],
    [100_000, 5e-4, "cosine", 4, 50, 512],
  );
  equal(gpRecipe("canp", gpRanges(64), "paper", 0).induce, null);
  equal(gpRecipe("cipnp", gpRanges(64), "quick", 0, { induce: 7 }).induce, 7);
  deepEqual(gpRanges(64), { context: [64, 128], target: [4, 64] });
});

Deno.test("runs are every range, seed and model, each with a record of its own", () => {
  const config = {
    profile: "quick" as const,
    models: ["canp", "cipnp"] as const,
    least: GP_LEAST,
    seeds: [0, 1],
  };
  const runs = gpRuns(config);
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, 20);
  deepEqual(runs.slice(0, 3).map(({ identity }) => [identity.model, identity.seed]), [
    ["canp", 0],
    ["cipnp", 0],
    ["canp", 1],
  ]);
  deepEqual(rangeOf(runs.at(-1)!.identity as RunRecord), [1024, 2048]);
});

Deno.test("no kept run is above the ceiling of its kernel", () => {
  ok(kept.length > 0, "expected records in results/records");
  for (const record of kept) {
    for (const kernel of ["rbf", "matern", "periodic"]) {
      const prefix = kernel === "rbf" ? "" : `${kernel} `;
      const target = record.metrics[`${prefix}target`];
      const ceiling = ceilingOf(kernel, rangeOf(record)[0]);
      if (target === undefined || target === null || !ceiling) continue;
      // The ceiling is a mean over other tasks: their spread is allowed for.
      const spare = 3 * Math.hypot(record.metrics[`${prefix}target error`] ?? 0, ceiling.error ?? 0);
      const most = isUnbounded(record.model) ? ceiling.exact : ceiling.floored;
      ok(
        target < most + spare,
        `${recordName(record)}: ${kernel} ${target}, ceiling ${most}`,
      );
    }
  }
});

for (const { model, step, target } of paperGp.curves.filter(({ step }) => [500, 1000, 3000].includes(step))) {
  const runs = kept.filter((record) => {
    const { schedule, learningRate } = record.configuration;
    return record.model === model && schedule === "constant" && learningRate === 5e-4 &&
      record.metrics[`target@${step}`] !== undefined && rangeOf(record)[0] === 64;
  });
  const named = ["canp", "anp", "cipnp"].includes(processName(model)) && !(model === "anp" && step > 1000);
  if (!named) continue;
  Deno.test(`${model} learns like the official code: ${target} after ${step} steps`, () => {
    ok(runs.length >= 2, `expected two seeds, found ${runs.length}`);
    const { mean } = spread(runs.map(({ metrics }) => metrics[`target@${step}`]!));
    ok(Math.abs(mean - target) < 0.15, `found ${mean}`);
  });
}

Deno.test("trained to the end, the models of the paper have the authors' likelihoods", () => {
  const ends = kept.filter(({ steps, model }) => steps === 100_000 && published(model, 64, "target"));
  ok(ends.length > 0);
  for (const record of ends) {
    const [least] = rangeOf(record);
    const { mean } = published(record.model, least, "target")!;
    ok(Math.abs(record.metrics["target"]! - mean!) < 0.01, `${recordName(record)}: authors ${mean}`);
  }
});

for (const model of ["cipnp-fast", "cipnp-sharp"]) {
  Deno.test(`${model} passes 1.0 within 3,000 steps`, () => {
    const early = kept.filter((record) => record.model === model && record.steps >= 3000);
    ok(early.some(({ metrics }) => metrics["target@3000"]! > 1));
  });
}

/** The kept run on the first range that was annealed over so many steps. */
function ended(model: string, steps: number): RunRecord {
  const run = kept.find((record) =>
    record.model === model && record.steps === steps && record.configuration["schedule"] === "cosine" &&
    rangeOf(record)[0] === 64
  );
  ok(run, `${model} has no run of ${steps} steps`);
  return run;
}

const target = (model: string, steps: number): number => ended(model, steps).metrics["target"]!;

Deno.test("a sharp start is no worse at the end: than the reference's model here, and than the authors'", () => {
  const [sharp, plain] = [ended("cipnp-sharp", 100_000), ended("cipnp", 100_000)];
  const error = Math.hypot(sharp.metrics["target error"]!, plain.metrics["target error"]!);
  ok(target("cipnp-sharp", 100_000) > target("cipnp", 100_000) - error);
  const { mean, deviation } = published("cipnp", 64, "target")!;
  ok(target("cipnp-sharp", 100_000) > mean! - deviation!);
});

Deno.test("the variant with places ends ahead of the reference's model after 5,000 steps, of CANP and ANP after 100,000", () => {
  ok(target("cipnp-fast", 5000) > target("cipnp", 5000));
  for (const model of ["canp", "anp"]) {
    ok(target("cipnp-fast", 100_000) > published(model, 64, "target")!.mean!);
  }
});

Deno.test("the README's figures of a GPU are those of its record", async () => {
  const [record] = await readRecords(join(ROOT, "results/gpu"));
  const { engine, model, steps, seconds } = record!;
  equal(engine.device, "NVIDIA H200");
  equal(model, "cipnp-fast");
  const said = `${steps.toLocaleString("en")} steps of CIPNP with\na fast start took ${
    seconds.train.toFixed(1)
  } s and compiling ${seconds.compile.toFixed(1)} s`;
  ok((await Deno.readTextFile(join(ROOT, "README.md"))).includes(said), said);
});

Deno.test("the README shows the table that the kept records give", async () => {
  const table = toMarkdown(keptCurveTable(await readRecords(KEPT_RECORDS))).trim();
  ok((await Deno.readTextFile(join(ROOT, "README.md"))).includes(table), `expected in README.md:\n${table}`);
  match(gpVerdict(kept), /After 1,000 steps at the full rate: CANP \d\.\d\d; CIPNP -?0/);
});

xlaTest("kept weights are those of their records", async () => {
  const files = [...Deno.readDirSync(KEPT_WEIGHTS)].map(({ name }) => name).filter((name) =>
    name.startsWith("gp_")
  );
  ok(files.length > 0);
  for (const file of files) {
    const record = kept.find((one) => recordName(one) === file.replace(".safetensors", ".json"));
    ok(record, `${file} has no record`);
    const { process, recipe, facts } = await keptProcess(record);
    equal(facts["record"], recordName(record));
    const folder = await Deno.makeTempDir();
    const spec = { kernel: "rbf" as const, batch: 16, ...gpRanges(64), seed: 0, batches: 8 };
    const tasks = gpEvaluation(await evaluationSet(spec, { folder }), { context: 1, target: 1 });
    const evaluator = createEvaluator(process, tasks, recipe.seed);
    const { target, error } = await evaluator(1);
    ok(Math.abs(target - record.metrics["target"]!) < 3 * error, `${file}: ${target}`);
    evaluator.dispose();
    process.parameters.forEach((parameter) => parameter.dispose());
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("figures are drawn of all kept runs, single seeds among them", () => {
  match(toSvg(gpRangeFigure(kept, GP_LEAST)), /CIPNP, fast start/);
  match(toSvg(gpCurveFigure(fullCurves(kept))), /ceiling/);
});

Deno.test("tables show ours, the official code and the authors, each as what it is", () => {
  const curves = kept.filter(({ configuration }) => configuration.schedule === "constant");
  const stepSeconds = new Map(curves.map(({ model }) => [model, model === "canp" ? 0.2 : 0.1]));
  const text = toMarkdown(gpCurveTable(curves, { steps: [500, 3000], stepSeconds }));
  match(text, /\| CANP \| 2 \| .*\(0\.74\) \|/);
  match(text, /1\.310 ± 0\.002/);
  match(toMarkdown(gpRangeTable(kept, GP_LEAST)), /BANP, authors \|.*out of memory \| out of memory/);
  match(toMarkdown(gpKernelTable(kept)), /\| ceiling \|.*1\.352 .*1\.310 .*1\.332/);
  // Runs of different lengths are not averaged.
  match(
    toMarkdown(gpKernelTable(kept)),
    /\| CIPNP, fast start \| 5000 \|[^\n]*\n\| CIPNP, fast start \| 20000 \|/,
  );
});
