import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { liveBuffers } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import { toSvg } from "../../plots/mod.ts";
import { formatBytes, readRecords, recordName, type RunRecord, toMarkdown } from "../../results/mod.ts";
import { recordOf } from "../../results/support_test.ts";
import { saveProcess } from "../../train/process/weights.ts";
import { processOf, type ProcessRecipe } from "../../train/process/recipe.ts";
import { leastBytes, scoreEntries } from "../cost.ts";
import { gpRanges, gpRecipe } from "../gp/settings.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { run } from "../run.ts";
import { contextLikelihoods, largeContexts } from "./likelihoods.ts";
import { largePredictions } from "./predictions.ts";
import { processCost, processStepCost } from "./process_cost.ts";
import type { StepSize } from "./settings.ts";

const kept = await readRecords(KEPT_RECORDS);

Deno.test("kept measurements are runs of the settings that their records tell", async () => {
  for (const experiment of [processCost, largePredictions]) {
    const records = kept.filter((record) => record.experiment === experiment.name);
    ok(records.length > 0, "expected records in results/records");
    for (const record of records) {
      const settings = experiment.settings("quick", experiment.changesOf!(record)) as never;
      const runs = await experiment.runs(settings);
      deepEqual(runs.map(({ identity }) => recordName(identity!)), [recordName(record)]);
    }
  }
});

Deno.test("the likelihoods of the kept weights have their record, and begin with the smaller contexts", async () => {
  const names = kept.map(recordName);
  for (const profile of ["quick", "paper"] as const) {
    const runs = await largeContexts.runs(largeContexts.settings(profile));
    equal(runs.length, 1);
    const record = kept[names.indexOf(recordName(runs[0]!.identity!))];
    ok(record, runs[0]!.id);
    const again = await largeContexts.runs(
      largeContexts.settings(profile, largeContexts.changesOf!(record as never)),
    );
    deepEqual(again[0]!.identity, runs[0]!.identity);
    const seconds = runs[0]!.beginning!.seconds(record);
    ok(seconds > 5 && seconds < 10, String(seconds));
  }
  await rejects(
    async () =>
      await largeContexts.runs(largeContexts.settings("quick", { weights: "no/where.safetensors" })),
    /no\/where/,
  );
});

Deno.test("runs are sizes, then models; a model that is not known is named", async () => {
  const runs = await processCost.runs(processCost.settings("paper"));
  deepEqual(runs.map(({ id }) => id).slice(0, 4), [
    "process-cost/2048/ipnp",
    "process-cost/2048/ipnp-chunked",
    "process-cost/2048/anp",
    "process-cost/1000000/ipnp",
  ]);
  throws(() => processCost.settings("quick", { models: "ipnp-chunk" }), /models: there is no "ipnp-chunk"/);
});

const recipeOf = (model: ProcessRecipe["model"], steps = 3): ProcessRecipe => ({
  ...gpRecipe(model, gpRanges(64), "quick", 1, { steps, h: 4 }),
  dims: { ...GP_DIMS, dimHid: 16, dimLat: 16 },
});

/** Does something with the weights of a small model that was not trained. */
async function withWeights(
  model: ProcessRecipe["model"],
  work: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const recipe = recipeOf(model);
    const process = processOf(recipe);
    const path = join(folder, "weights.safetensors");
    await saveProcess(path, { process, recipe }, { record: "gp_quick_gp-rbf-ctx-64-128-tar-4-64.json" });
    process.parameters.forEach((parameter) => parameter.dispose());
    await work(path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const SMALL = { targets: 30, functions: 2, seed: 3 };

for (const model of ["cipnp", "ipnp", "cipnp-fast"] as const) {
  xlaTest(
    `the likelihood of ${model} at a context is that of reading it alone`,
    () =>
      withWeights(model, async (path, records) => {
        const settings = (contexts: number[]) =>
          largeContexts.settings("quick", { ...SMALL, weights: [path], contexts });
        const before = liveBuffers();
        const [grown] = await run(largeContexts, settings([5000, 10, 300]), { records });
        equal(liveBuffers(), before);
        const [alone] = await run(largeContexts, settings([5000]), { records });
        const found = grown!.details.contexts;
        deepEqual(found.map(({ context }) => context), [10, 300, 5000]);
        ok(found.every(({ target, error }) => Number.isFinite(target) && error >= 0));
        ok(Math.abs(found[2]!.target - alone!.details.contexts[0]!.target) < 1e-4);
        deepEqual(await run(largeContexts, settings([10, 300, 5000]), { records }), [grown]);
        equal(grown!.configuration["trained"], "trained on 64 to 128 context points for 3 steps");
        match(
          toMarkdown(largeContexts.report([grown!]).tables["likelihoods"]!),
          /\| model \| 10 \| 300 \| 5,000/,
        );
      }),
  );
}

xlaTest(
  "a model that is given its whole context scores as the same weights that read it in pieces",
  () =>
    withWeights("cipnp", async (path) => {
      const settings = largeContexts.settings("quick", { ...SMALL, contexts: [300, 10] });
      const [pieces, whole] = [
        await contextLikelihoods(path, settings),
        await contextLikelihoods(path, settings, {}, true),
      ].map((outcome) => outcome!.details!.contexts);
      deepEqual(whole!.map(({ context }) => context), [10, 300]);
      pieces!.forEach(({ target }, i) => ok(Math.abs(target - whole![i]!.target) < 1e-4));
    }),
);

for (const name of ["anp", "tnpd", "cipnp-fast"] as const) {
  xlaTest(`${name} is scored at its targets alone`, () =>
    withWeights(name, async (path) => {
      const settings = largeContexts.settings("quick", { contexts: [8], targets: 5, functions: 1 });
      const outcome = await contextLikelihoods(path, settings, {}, true);
      ok(Number.isFinite(outcome!.details!.contexts[0]!.target));
    }));
}

xlaTest(
  "many predictions from a context read in parts are those of the whole, and leave nothing behind",
  async () => {
    const records = await Deno.makeTempDir();
    try {
      const settings = largePredictions.settings("quick", { context: 9000, targets: 5000, h: 4 });
      const before = liveBuffers();
      const [record] = await run(largePredictions, settings, { records });
      equal(liveBuffers(), before);
      const { updateDifference, readSeconds, predictSeconds, pieceBytes, summaryBytes } = record!.metrics;
      ok(updateDifference! < 1e-5, String(updateDifference));
      ok(readSeconds! > 0 && predictSeconds! > 0 && pieceBytes! > 0);
      equal(summaryBytes, 4 * (4 * 128 + 2 * 128));
      deepEqual(await run(largePredictions, settings, { records }), [record]);
      const wrong = largePredictions.settings("quick", { model: "canp" });
      await rejects(run(largePredictions, wrong, { records }), /reads in pieces .*found canp/);
    } finally {
      await Deno.remove(records, { recursive: true });
    }
  },
);

const SIZE: StepSize = { context: 200, targets: 8, batch: 1, induce: 4, samples: 1, width: 16 };
const budget = (budgetBytes: number, budgetSeconds = 9) => ({ budgetBytes, budgetSeconds, seed: 42 });

xlaTest("steps are compiled, then timed, and the estimate is below what is compiled", async () => {
  for (const model of ["canp", "ipnp-chunked"] as const) {
    const { metrics, steps, parameters } = await processStepCost(model, SIZE, budget(2e9));
    const { peak, temporary, arguments: given, least, seconds } = metrics;
    ok(seconds! > 0 && steps > 1 && parameters > 0);
    ok(peak! > least! && peak! >= temporary! && peak! >= given!);
    if (model === "canp") ok(least! > 0.3 * temporary!, `${least} of ${temporary}`);
  }
});

xlaTest(
  "a step beyond the budget does not run, and is not compiled where its scores alone exceed it",
  async () => {
    const { least, peak } = (await processStepCost("canp", SIZE, budget(2e9))).metrics;
    const of = async (...limits: Parameters<typeof budget>) => {
      const { metrics } = await processStepCost("canp", SIZE, budget(...limits));
      return [metrics["peak"], metrics["seconds"], metrics["overMemory"], metrics["overTime"]];
    };
    deepEqual(await of(peak! - 1), [peak, null, 1, 0]);
    deepEqual(await of(least! - 1), [null, null, 1, 0]);
    const [, seconds, ...over] = await of(1e9, 0);
    ok(seconds! > 0);
    deepEqual(over, [0, 1]);
  },
);

Deno.test("scores are counted by the published formulas, and none where they are never all there", () => {
  const size = { ...SIZE, context: 10, targets: 2, samples: 4 };
  const entries = ["canp", "anp", "banp", "cipnp", "ipnp", "ipnp-chunked", "cnp"]
    .map((model) => scoreEntries(model, size));
  deepEqual(entries, [320, 464, 2800, 128, 176, 0, 0]);
  equal(leastBytes("anp", { ...size, batch: 3 }), 464 * 8 * 3 * 4);
});

const cost = (
  model: string,
  context: number,
  seconds: number | null,
  peak: number | null,
  beyond: "memory" | "time" | null = null,
  batch = 1,
): RunRecord =>
  recordOf({
    experiment: "process-cost",
    model,
    configuration: { ...SIZE, batch, context, budgetBytes: 2 * 2 ** 30, budgetSeconds: 30 },
    metrics: {
      peak,
      arguments: peak && peak / 2,
      temporary: peak && peak / 2,
      least: 3e9,
      seconds,
      overMemory: Number(beyond === "memory"),
      overTime: Number(beyond === "time"),
    },
  });

const LIVE = [cost("ipnp", 64, 0.1, 1e7), cost("anp", 64, 0.2, 2e7), cost("anp", 256, null, null, "memory")];

Deno.test("the verdict tells how far each model came, and what the next size needs; a larger budget goes further", () => {
  deepEqual(processCost.report(LIVE).verdict.split("\n"), [
    "- IPNP: 64 points in 100 ms and 9.54 MiB a step.",
    "- ANP: 64 points in 200 ms and 19.1 MiB a step; 256 need at least 2.79 GiB (estimated from its scores).",
  ]);
  const more = [
    cost("ipnp", 64, 9, 9e7),
    cost("anp", 256, 0.4, 4e7),
    cost("anp", 1024, null, null, "memory"),
  ];
  deepEqual(processCost.report([...LIVE, ...more]).verdict.split("\n"), [
    "- IPNP: 64 points in 100 ms and 9.54 MiB a step.",
    "- ANP: 256 points in 400 ms and 38.1 MiB a step; 1,024 need at least 2.79 GiB (estimated from its scores).",
  ]);
  const slow = processCost.report([cost("anp", 64, 99, 2e7, "time")]).verdict;
  ok(slow.endsWith("- ANP: no size within the budget; 64 take too long."));
  deepEqual(processCost.report([]), { tables: {}, figures: {}, verdict: "" });
});

Deno.test("the figure has a panel for time, memory and likelihood, the budget and the ends", () => {
  const contexts = recordOf({
    experiment: "large-contexts",
    model: "cipnp",
    details: { contexts: [{ context: 64, target: 0.5, error: 0.1 }] },
  });
  const svg = toSvg(processCost.report([...LIVE, contexts]).figures["costs"]!);
  for (const text of ["time", "memory"]) ok(svg.includes(`${text} of a step`), text);
  for (const text of ["target log likelihood", "budget: 2 GiB", "out of memory"]) {
    ok(svg.includes(text), text);
  }
});

Deno.test("IPNP and ANP are compared by shares, and what was not compiled is estimated", () => {
  const texts = (records: RunRecord[], name = "against") =>
    processCost.report(records).tables[name]!.rows.map(({ cells }) => cells.map(({ text }) => text));
  const own = [cost("ipnp", 2048, 0.1, 2 ** 21), cost("anp", 2048, 0.4, 2 ** 23)];
  deepEqual(texts(own).slice(0, 3), [["100 ms", "2 MiB"], ["400 ms", "8 MiB"], ["0.250", "0.250"]]);
  const sixteen = [
    cost("ipnp", 2048, 0.1, 2 ** 21, null, 16),
    cost("anp", 2048, null, null, "memory", 16),
  ];
  deepEqual(texts([...own, ...sixteen], "against16").slice(1, 3), [
    ["–", "over 2.79 GiB, estimated"],
    ["–", "–"],
  ]);
  equal(formatBytes(1.5 * 2 ** 30), "1.5 GiB");
});

Deno.test("sizes with h of half the context have a table of their own, and are no part of the others", () => {
  const half = (record: RunRecord): RunRecord => ({
    ...record,
    configuration: {
      ...record.configuration,
      induce: (record.configuration["context"] as number) / 2,
    },
  });
  const halves = [
    cost("ipnp", 128, 0.1, 2 ** 21),
    cost("ipnp", 64, 0.05, 2 ** 20),
    cost("anp", 128, null, null, "memory"),
    cost("canp", 64, null, 2 ** 32, "memory"),
  ].map(half);
  const { tables, verdict } = processCost.report([...halves, ...LIVE]);
  deepEqual(verdict, processCost.report(LIVE).verdict);
  const { head, rows } = tables["halves"]!;
  deepEqual(head, ["model", "64 points", "128 points"]);
  deepEqual(rows.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)]).sort(), [
    ["ANP", "–", "over 2.79 GiB, estimated"],
    ["CANP", "not run, 4 GiB", "–"],
    ["IPNP", "50.0 ms, 1 MiB", "100 ms, 2 MiB"],
  ]);
  deepEqual(Object.keys(processCost.report(halves).tables), ["halves"]);
});

Deno.test("claims are decided by their numbers, and left open without them", () => {
  const costs = [cost("ipnp-chunked", 65_536, 1, 4e7), cost("ipnp-chunked", 1_000_000, 20, 4.8e7)];
  const predictions = recordOf({
    experiment: "large-predictions",
    model: "ipnp",
    configuration: { context: 100_000, targets: 1_000_000 },
    metrics: { readSeconds: 1, predictSeconds: 70, pieceBytes: 1, summaryBytes: 1, updateDifference: 1e-6 },
  });
  const claims = (records: RunRecord[]) =>
    largePredictions.report(records).tables["claims"]!.rows.map(({ cells }) => cells[1]!.text);
  deepEqual(claims([...costs, predictions]), ["yes", "yes", "no", "no", "yes"]);
  match(
    largePredictions.report([...costs, predictions]).verdict,
    /^- 3 of 5 measured claims hold; not: Beyond the data.*\n- Reading 100,000 points took 1\.00 s/,
  );
  deepEqual(claims([]), Array(5).fill("–"));
});

Deno.test("kept likelihoods stand by model and context, each with how the model was trained", () => {
  const text = toMarkdown(largeContexts.report(kept).tables["likelihoods"]!);
  match(text, /\| model \| 64 \| 128 \| .* 1,000,000 \|/);
  match(text, /\| CANP, 3000 steps \| \d\.\d{3} ± \d\.\d{3} \|/);
  match(text, /CIPNP: trained on 64 to 128 context points for 5000 steps; 8 functions/);
});
