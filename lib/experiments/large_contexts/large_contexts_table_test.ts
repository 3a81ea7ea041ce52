import { match } from "node:assert/strict";
import { readRecords, toMarkdown } from "../../results/mod.ts";
import { likelihoodRecords } from "./large_contexts.ts";
import { likelihoodTable } from "./large_contexts_table.ts";
import { KEPT_RECORDS } from "../profiles.ts";

Deno.test("kept likelihoods stand by model and context, each with how the model was trained", async () => {
  const text = toMarkdown(likelihoodTable(likelihoodRecords(await readRecords(KEPT_RECORDS))));
  match(text, /\| model \| 64 \| 128 \| .* 1,000,000 \|/);
  match(text, /\| CANP, 3000 steps \| \d\.\d{3} ± \d\.\d{3} \|/);
  match(text, /CIPNP: trained on 64 to 128 context points for 5000 steps; 8 functions/);
});
