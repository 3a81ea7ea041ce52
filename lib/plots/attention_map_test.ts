import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { attentionMap } from "./image_grid.ts";
import { countOf, testSnapshot } from "./support_test.ts";

const panels = [
  { title: "step 0", shares: [[1, 1, 1, 1], [1.1, 0.9, 1, 1]] },
  { title: "step 600", shares: [[2, 1.9, 0.1, 0], [0, 0.2, 1.8, 2]] },
];
const options = { title: "Attention", stretches: ["cluster 1", "cluster 2"], xLabel: "rows" };

testSnapshot("attention-map", () => attentionMap(panels, options));

Deno.test("every panel is one picture with its latents beside it, whatever the number of rows", () => {
  const wide = [{ shares: [Array.from({ length: 6600 }, (_, i) => i % 3)] }];
  const figure = attentionMap(panels, options);
  assert.equal(countOf(figure, "<image "), 3, "two panels and the scale");
  for (const [text, times] of [["latent 2", 2], ["cluster 2", 1], ["step 600", 1], ["even", 1]] as const) {
    assert.equal(countOf(figure, `>${text}<`), times, text);
  }
  assert.ok(attentionMap(wide, options).outerHTML.length < 12_000);
});

Deno.test("shares that are none are refused, with the panel that they are of", () => {
  const refuses = (given: typeof panels, message: RegExp) =>
    assert.throws(
      () => attentionMap(given, options),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refuses([], /expected panels, found none/);
  refuses([panels[0]!, { title: "t", shares: [[1, 1], [1]] }], /panel 1: expected equally many shares/);
  refuses([{ title: "t", shares: [[1, 1, 1]] }], /panel 0: expected a multiple of 2 parts, found 3/);
  refuses([{ title: "t", shares: [[1, NaN]] }], /panel 0: expected shares of 0 or more, found NaN/);
});
