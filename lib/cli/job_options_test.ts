import { equal } from "node:assert/strict";
import { join } from "node:path";
import { LOCAL_RECORDS } from "../experiments/profiles.ts";
import { ROOT } from "../paths.ts";
import { folderWord, jobCommand } from "./job_options.ts";

Deno.test("a folder of records is a word that the shell takes, relative to the workspace where it is in it", () => {
  equal(folderWord(join(ROOT, "results/cluster")), "results/cluster");
  equal(folderWord("/scratch/run-1"), "/scratch/run-1");
  equal(folderWord(join(ROOT, "it's here")), `'it'\\''s here'`);
  equal(
    jobCommand("gp/ctx64/cnp/seed0", "paper", LOCAL_RECORDS),
    "deno task job gp/ctx64/cnp/seed0 --profile paper",
  );
});
