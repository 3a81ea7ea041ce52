import assert from "node:assert/strict";
import { numberAt, unquoted } from "./read_rows.ts";

const encoder = new TextEncoder();
const read = (text: string) => {
  const bytes = encoder.encode(`,${text},`);
  return numberAt(bytes, 1, bytes.length - 1);
};

Deno.test("numbers are those that Number gives, in every way of writing", () => {
  const texts = [
    "0",
    "-0",
    "+7",
    "0.5",
    ".5",
    "5.",
    "1e3",
    "1E-3",
    "1700.09",
    "-6.350818276405334473e-01",
    "4.9e-324",
  ];
  for (const text of texts) assert.ok(Object.is(read(text), Number(text)), `${text}: ${read(text)}`);
});

Deno.test("what is no number is none", () => {
  for (const text of ["", "?", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "12a", "1 2", "NaN"]) {
    assert.ok(Number.isNaN(read(text)), text);
  }
  assert.equal(read("1e999"), Infinity);
  assert.equal(read("'12'"), 12);
});

Deno.test("quotes, their escapes and blanks within them are not part of a cell's meaning", () => {
  assert.deepEqual(
    ["plain", "'a, b'", "' - 50000.'", '"it\'s"', "'it\\'s'", "'", "Ã©"].map(unquoted),
    ["plain", "a, b", "- 50000.", "it's", "it's", "'", "é"],
  );
});
