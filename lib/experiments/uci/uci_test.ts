import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { uciPresent } from "../../data/mod.ts";
import { averageRanks, readRecords, recordName, toMarkdown } from "../../results/mod.ts";
import { ROOT } from "../../setup/paths.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { uciRuns } from "./uci.ts";
import { chosenSets, foldCount } from "./uci_data.ts";
import { asModels, uciRecipe } from "./uci_settings.ts";
import { isNeural, uciScores, uciTable } from "./uci_tables.ts";
import { uciVerdict } from "./uci_verdict.ts";

const CONFIG = {
  profile: "quick" as const,
  datasets: ["boston", "yacht"],
  models: asModels(["spin", "npt"]),
};

Deno.test("runs are every set, fold and model, each with a record of its own", () => {
  const runs = uciRuns({ ...CONFIG, folds: 3, seed: 42 });
  equal(runs.length, 12);
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, 12);
  equal(runs[0]!.dataset, "boston-housing");
  deepEqual(runs.map(({ identity }) => identity.seed).slice(0, 4), [42, 42, 43, 43]);
});

Deno.test("folds differ in nothing but their number and seed", () => {
  const [first, , second] = uciRuns({ ...CONFIG, folds: 2, seed: 42 });
  deepEqual(second!.identity.configuration, first!.identity.configuration);
});

Deno.test("the published settings are those of the reference", () => {
  const recipe = uciRecipe("spin", "boston", "paper", 1);
  equal(recipe.model.embedding, 128);
  equal(recipe.model.depth, 8);
  equal(recipe.steps, 4000);
  equal(recipe.labelMask, 0.5);
  equal(recipe.batchSize, -1);
  equal(uciRecipe("spin", "yacht", "paper", 1).model.f, 5);
  equal(uciRecipe("npt", "protein", "paper", 1).model.heads, 16);
});

Deno.test("folds are as many as there are, or as the profile has", async () => {
  const count = (name: string, profile: "quick" | "paper", asked: number) => foldCount(name, profile, asked);
  deepEqual([count("yacht", "quick", 0), count("yacht", "paper", 0), count("protein", "paper", 0)], [
    3,
    10,
    5,
  ]);
  deepEqual([count("yacht", "quick", 25), count("higgs", "paper", 3), count("kick", "paper", 4)], [10, 1, 4]);
  deepEqual(await chosenSets("quick", ["boston"]), { datasets: ["boston-housing"], absent: [] });
  if (!await uciPresent("kick")) await rejects(chosenSets("quick", ["yacht", "kick"]), /get kick\.arff from/);
  const { datasets, absent } = await chosenSets("paper", []);
  equal(datasets.length + absent.length, 10);
  ok(datasets.includes("protein"));
});

Deno.test("unknown sets and models, and no number of folds, are named", () => {
  throws(() => uciRuns({ ...CONFIG, datasets: ["bostn"], folds: 1, seed: 1 }), /bostn.*boston-housing/s);
  throws(() => asModels(["spin", "lstm"]), /lstm/);
  throws(
    () => uciRuns({ ...CONFIG, folds: 1.5, seed: 1 }),
    /folds: expected a whole number from 0, found 1.5/,
  );
});

Deno.test("the README shows the table that its records give", async () => {
  const records = (await readRecords(KEPT_RECORDS)).filter(({ experiment, profile }) =>
    experiment === "uci" && profile === "quick"
  );
  ok(records.length > 0, "expected records in results/records");
  const table = toMarkdown(uciTable(records)).trim();
  const readme = await Deno.readTextFile(join(ROOT, "README.md"));
  ok(readme.includes(table), `expected in README.md:\n${table}`);
  const { ranks } = averageRanks(uciScores(records).filter(({ model }) => isNeural(model)));
  const [spin, st, npt] = ["spin", "set-transformer", "npt"].map((model) => ranks.get(model)!.toFixed(2));
  ok(readme.includes(`SPIN has ${spin}, the Set Transformer ${st} and NPT ${npt}`), `${spin} ${st} ${npt}`);
  match(uciVerdict(records), /Average rank over \d+ set/);
});
