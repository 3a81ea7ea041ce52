import { rejects } from "node:assert/strict";
import { benchOf } from "./studio.ts";

Deno.test("a word that is no file and no experiment is told what is expected; options of a CSV file are for no other", async () => {
  await rejects(benchOf("gpp", {}), /expected a CSV file, gp or window, found "gpp"/);
  await rejects(benchOf("nowhere.csv", { target: "y" }), /nowhere\.csv: no such table file/);
  await rejects(benchOf("data/examples/concrete_train.csv", {}), /a CSV file needs --target/);
  await rejects(benchOf("gp", { target: "y" }), /studio gp: --target and --model are options of a CSV file/);
});
