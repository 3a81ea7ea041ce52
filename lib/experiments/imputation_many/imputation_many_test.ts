import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { recordName } from "../../results/mod.ts";
import { imputationManyRuns } from "./imputation_many.ts";
import { frequencyR2 } from "./imputation_many_data.ts";
import { asManyBlocks, asManyModels, manySettings } from "./imputation_many_settings.ts";

const ALL = asManyBlocks(["windows", "masking", "haplotypes"]);

Deno.test("quick runs: masking shares its run of whole rows, shares of the samples have fewer train rows", async () => {
  const runs = await imputationManyRuns({ profile: "quick", blocks: ALL, models: ["spin"], seeds: [0] });
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, runs.length);
  deepEqual(
    runs.map(({ setting: { size, proportion, recipe } }) => [size, proportion, recipe.chunkMask]),
    [[100, 1, true], [100, 1, false], [300, 0.05, true], [300, 0.15, true], [300, 0.3, true], [300, 1, true]],
  );
  deepEqual(runs.map(({ windows }) => windows.seen[0]!.fold.train.length), [480, 480, 24, 72, 144, 480]);
  deepEqual(runs[0]!.windows.seen.map(({ name }) => name), ["block 16", "block 49", "block 82", "block 115"]);
  equal(runs[0]!.identity.data.name, "b1-4+2-windows-100");
});

Deno.test("no variant of an unseen window is one of a seen one, and every size has windows", async () => {
  const runs = await imputationManyRuns({
    profile: "paper",
    blocks: ["windows"],
    models: ["spin"],
    seeds: [42],
  });
  deepEqual(runs.map(({ setting: { size } }) => size), [100, 200, 400]);
  for (const { windows: { seen, unseen } } of runs) {
    deepEqual([seen.length, unseen.length], [10, 5]);
    const known = new Set(seen.flatMap(({ targetVariants }) => [...targetVariants]));
    ok(unseen.every(({ targetVariants }) => targetVariants.every((variant) => !known.has(variant))));
  }
  await rejects(
    imputationManyRuns({
      profile: "quick",
      blocks: ALL,
      models: ["spin"],
      seeds: [0],
      seen: 20,
      unseen: 200,
    }),
    /expected 20 blocks to train on and 200 others/,
  );
});

Deno.test("the train frequency of B1's window 1 is the one that is stated", async () => {
  const [run] = await imputationManyRuns({
    profile: "quick",
    blocks: ["windows"],
    models: ["spin"],
    seeds: [0],
  });
  ok(Math.abs(frequencyR2(run!.windows.seen[1]!) - 0.609) < 1e-3);
});

Deno.test("the published settings are those of the reference, looked at as often", () => {
  const choice = { blocks: ALL, models: ["spin", "npt"] as const };
  const settings = manySettings("paper", choice, 42);
  deepEqual(
    settings.map(({ block, model, size, proportion, recipe: { labelMask, chunkMask, batchSize } }) =>
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
  deepEqual([settings[0]!.recipe.evaluateEvery, settings[0]!.recipe.steps], [10, 100_000]);
});

Deno.test("what there is not is named", () => {
  throws(() => asManyBlocks(["one window"]), /experiments: expected some of windows, masking.*"one window"/);
  throws(() => asManyModels(["beagle"]), /models: expected some of spin, npt, found "beagle"/);
  throws(
    () => manySettings("paper", { blocks: ["masking"], models: ["npt"] }, 1),
    /no run of npt was published for masking/,
  );
});
