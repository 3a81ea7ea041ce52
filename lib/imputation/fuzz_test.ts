import { ok } from "node:assert/strict";
import { xlaTest } from "../engine/support_test.ts";
import { fuzzImputation } from "./fuzz_support_test.ts";

xlaTest("mutated files end with a message or a result", async () => {
  const results = await fuzzImputation(1, 60);
  ok(results > 5 && results < 55, `${results}`);
});
