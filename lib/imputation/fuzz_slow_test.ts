import { ok } from "node:assert/strict";
import { xlaTest } from "../engine/support_test.ts";
import { fuzzImputation } from "./fuzz_support_test.ts";

xlaTest("1,000 mutated files end with a message or a result", async () => {
  const results = await fuzzImputation(1000, 1000);
  ok(results > 100 && results < 900, `${results}`);
});
