import assert from "node:assert/strict";
import { detectDelimiter } from "./csv.ts";

Deno.test("the delimiter is the one that cuts the lines evenly", () => {
  assert.equal(detectDelimiter("a,b,c\n1,2,3\n"), ",");
  assert.equal(detectDelimiter("a;b;c\n1;2;3\n"), ";");
  assert.equal(detectDelimiter("a\tb\r\n1\t2\r\n"), "\t");
  assert.equal(detectDelimiter("alone\n1\n2\n"), ",");
  assert.equal(detectDelimiter(""), ",");
});

Deno.test("decimal commas, quoted text and a ragged row do not mislead the delimiter", () => {
  assert.equal(detectDelimiter("a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n"), ";");
  assert.equal(detectDelimiter('a,b\n"x;y;z",1\n"u;v;\nw",2\n'), ",");
  assert.equal(detectDelimiter("a,b,c\n1,2,3\n1,2\n1,2,3\n"), ",");
});
