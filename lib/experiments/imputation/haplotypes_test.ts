import { equal, match, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import { useEngine } from "../../engine/mod.ts";
import { readRecords, toMarkdown } from "../../results/mod.ts";
import { ROOT } from "../../setup/paths.ts";
import { cohortScores } from "./cohort.ts";
import { cohortTable, dosageFigure } from "./cohort_tables.ts";
import { toSvg } from "../../plots/mod.ts";
import { runHaplotypes } from "./haplotypes.ts";
import { haplotypeModel } from "./haplotypes_settings.ts";
import { runBeagleWindows } from "./imputation_beagle.ts";
import { asClassicalModels, runClassical } from "./imputation_classical.ts";
import { imputationMethods } from "./imputation_methods.ts";
import { imputationTable } from "./imputation_tables.ts";
import { KEPT_RECORDS } from "../profiles.ts";

const kept = (await readRecords(KEPT_RECORDS)).filter(({ profile }) => profile === "quick");

Deno.test("haplotype models leave records with validation and test, and are not run again", async () => {
  await useEngine();
  const folder = await Deno.makeTempDir();
  try {
    const config = {
      profile: "quick" as const,
      windows: [0],
      models: (["spin-mosaics", "copying", "spin-copying"] as const).slice(),
      seeds: [0],
      steps: 2,
      records: folder,
    };
    const records = await runHaplotypes(config);
    equal(records.length, 3);
    const of = (model: string) => records.find((record) => record.model === model)!.metrics;
    // Without training there is no telling how the two together do; the copying model has nothing to learn.
    ok(of("copying")["r2"]! > 0.97 && of("copying")["validationR2"]! > 0.95);
    ok(of("spin-mosaics")["r2"]! < of("spin-copying")["r2"]!);
    const again = await runHaplotypes(config);
    equal(again[0]!.date, records[0]!.date);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("unknown haplotype models are told", () => {
  equal(haplotypeModel("copying"), "copying");
  throws(
    () => haplotypeModel("beagle"),
    /expected some of spin-mosaics, copying, spin-copying, found "beagle"/,
  );
});

Deno.test("kept windows: SPIN on mosaics is above what it is compared with, with copying above Beagle", () => {
  const methods = imputationMethods(kept);
  const of = (model: string) => methods.find((method) => method.model === model)!;
  equal(of("spin-mosaics").windows.length, 5);
  ok(of("spin-mosaics").seeds >= 3);
  ok(of("spin-mosaics").mean > 0.965, `SPIN on mosaics: ${of("spin-mosaics").mean}`);
  ok(of("spin-copying").mean > of("beagle").mean, `SPIN and copying: ${of("spin-copying").mean}`);
});

Deno.test("the kept cohort is imputed better than by Beagle, and the README shows both tables", async () => {
  const cohorts = kept.filter(({ experiment }) => experiment === "cohort");
  ok(cohorts.length > 0);
  for (const { metrics } of cohorts) ok(metrics["r2"]! > 0.9713, `cohort: ${metrics["r2"]}`);
  const readme = await Deno.readTextFile(join(ROOT, "README.md"));
  const windows = kept.filter(({ experiment }) => experiment === "imputation");
  for (
    const table of [imputationTable(windows), cohortTable(cohorts)].map((view) => toMarkdown(view).trim())
  ) {
    ok(readme.includes(table), `expected in README.md:\n${table}`);
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
  const scores = cohortScores(scored);
  ok(scores["r2"]! > 0.95 && scores["r2"]! < 1);
  equal(scores["targets"], 2);
  ok(Number.isNaN(scores["bin0"]!));
  match(toSvg(dosageFigure(scored)), /Imputed against true dosage/);
});

Deno.test("Beagle on a window has the R² that was measured, or says how to get it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { records, absent } = await runBeagleWindows({ windows: [0], records: folder });
    if (absent) match(absent, /beagle/i);
    else ok(Math.abs(records[0]!.metrics["r2"]! - 0.9751) < 5e-4, `R² ${records[0]!.metrics["r2"]}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("classical models on a window have the R² that was measured, or say how to get them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const models = asClassicalModels(["knn"]);
    const { records, absent } = await runClassical({
      profile: "quick",
      windows: [0],
      models,
      seeds: [0],
      records: folder,
    });
    if (absent) match(absent, /setup --baselines/);
    else ok(Math.abs(records[0]!.metrics["r2"]! - 0.9604) < 1e-3, `R² ${records[0]!.metrics["r2"]}`);
    throws(() => asClassicalModels(["svm"]), /expected some of knn/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
