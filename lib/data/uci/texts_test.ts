import assert from "node:assert/strict";
import { unquoted } from "./large.ts";

Deno.test("quotes, their escapes and blanks within them are not part of a cell's meaning", () => {
  assert.deepEqual(
    ["plain", "'a, b'", "' - 50000.'", '"it\'s"', "'it\\'s'", "'", "é"].map(unquoted),
    ["plain", "a, b", "- 50000.", "it's", "it's", "'", "é"],
  );
});
