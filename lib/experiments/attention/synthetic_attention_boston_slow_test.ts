import { deepEqual, equal, match, ok } from "node:assert/strict";
import { xlaTest } from "../../engine/testing.ts";
import {
  runTableAttention,
  tableAttentionFigure,
  tableAttentionVerdict,
} from "./synthetic_attention_boston.ts";

xlaTest(
  "what SPIN's latents read of Boston housing is kept: shares that add up, a centre for each latent",
  async () => {
    const records = await Deno.makeTempDir();
    try {
      const config = { profile: "quick" as const, seed: 42, steps: 2, records };
      const record = (await runTableAttention(config))!;
      const named = (pattern: RegExp) =>
        Object.entries(record.metrics).filter(([name]) => pattern.test(name));
      equal(named(/^map \d+ \d+@1$/).length, 100);
      equal(named(/^centre \d+@1$/).length, 10);
      const mean = named(/^map 3 \d+@1$/).reduce((sum, [, share]) => sum + share!, 0) / 10;
      ok(Math.abs(mean - 1) < 0.02, `${mean}`);
      deepEqual(await runTableAttention(config), record);
      match(tableAttentionVerdict(record), /XABD 1 of SPIN .*0\.50 is even/);
      ok(tableAttentionFigure(record).outerHTML.includes("highest prices"));
    } finally {
      await Deno.remove(records, { recursive: true });
    }
  },
);
