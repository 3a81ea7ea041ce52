import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { readNotebook } from "../../notebook/format.ts";
import { declaredParameters } from "../../notebook/parameters.ts";
import { recordName } from "../../results/mod.ts";
import { ROOT } from "../../setup/paths.ts";
import { PROFILES } from "../profiles.ts";
import { ABLATION_JOBS } from "./ablation.ts";
import { LARGE, SCALING } from "./costs.ts";
import { IMPUTATION_QUICK } from "./genotypes.ts";
import { MANY_QUICK } from "./genotypes_many.ts";
import { GP_QUICK, IMAGES_QUICK } from "./processes.ts";
import { EXPERIMENTS } from "./registry.ts";
import { ATTENTION_JOBS } from "./synthetic_attention.ts";
import { UCI_JOBS } from "./uci.ts";

/** What of a notebook's first cell stands in a list of jobs, under the same or another name. */
async function agrees(notebook: string, jobs: object, names: Record<string, string> = {}): Promise<void> {
  const declared = declaredParameters(await readNotebook(join(ROOT, "notebooks", `${notebook}.ipynb`)));
  for (const [name, value] of Object.entries(jobs)) {
    const found = declared.get(names[name] ?? name);
    if (found === undefined) continue;
    const one = Array.isArray(value) && !Array.isArray(found) ? [found] : found;
    deepEqual(one, value, `${notebook}: ${names[name] ?? name}`);
  }
}

Deno.test("quick jobs are those of the notebooks' first cells", async () => {
  await agrees("01_uci", UCI_JOBS);
  await agrees("02_memory_scaling", SCALING);
  await agrees("03_ablation", ABLATION_JOBS);
  await agrees("04_gp_meta_learning", GP_QUICK);
  await agrees("05_large_contexts", LARGE);
  await agrees("06_image_completion", IMAGES_QUICK);
  await agrees("07_genotype_imputation", IMPUTATION_QUICK);
  await agrees("08_genotype_meta_learning", MANY_QUICK, { blocks: "experiments" });
  await agrees("09_synthetic_attention", ATTENTION_JOBS);
});

Deno.test("jobs have ids that a shell takes as they are, and records of their own", async () => {
  for (const profile of PROFILES) {
    const jobs = (await Promise.all(EXPERIMENTS.map(async (experiment) => {
      const own = await experiment.jobs({ profile });
      ok(own.length > 0, experiment.name);
      for (const { id } of own) equal(id.split("/")[0], experiment.name);
      await Deno.stat(join(ROOT, "notebooks", `${experiment.notebook}.ipynb`));
      return own;
    }))).flat();
    for (const { id } of jobs) match(id, /^[a-z0-9._/-]+$/);
    equal(new Set(jobs.map(({ id }) => id)).size, jobs.length);
    const records = jobs.flatMap(({ identity }) => identity ? [recordName(identity)] : []);
    equal(new Set(records).size, records.length);
  }
});

Deno.test("steps of a user's own make other runs", async () => {
  const experiment = EXPERIMENTS.find(({ name }) => name === "gp")!;
  const [whole] = await experiment.jobs({ profile: "paper" });
  const [short] = await experiment.jobs({ profile: "paper", steps: 3 });
  equal(whole!.id, short!.id);
  deepEqual([whole!.steps, short!.steps], [100_000, 3]);
  ok(recordName(whole!.identity!) !== recordName(short!.identity!));
});
