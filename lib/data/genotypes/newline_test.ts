import assert from "node:assert/strict";
import { threefryUniform } from "../../engine/threefry.ts";
import { nextNewline, wordsOf } from "./newline.ts";

Deno.test("newlines are found where indexOf finds them, among all other bytes", () => {
  const drawn = Uint8Array.from(threefryUniform(5, 1, 0, 3000), (draw) => Math.floor(256 * draw));
  for (const [from, to] of [[0, 3000], [0, 2999], [4, 2998], [3, 2997], [8, 8], [8, 10]] as const) {
    const bytes = drawn.subarray(from, to);
    const words = wordsOf(bytes);
    for (let start = 0; start <= bytes.length; start++) {
      assert.equal(nextNewline(bytes, words, start), bytes.indexOf(0x0a, start));
    }
  }
});
