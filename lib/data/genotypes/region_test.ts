import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { formatRegion, parseRegion } from "./genotypes.ts";

Deno.test("regions are a chromosome, or a stretch of it", () => {
  assert.deepEqual(parseRegion("20:1,000,000-4000000"), { contig: "20", start: 1_000_000, end: 4_000_000 });
  assert.deepEqual(parseRegion("HLA:1:5-5"), { contig: "HLA:1", start: 5, end: 5 });
  assert.equal(formatRegion(parseRegion("chr20")), "chr20");
  assert.equal(formatRegion(parseRegion("chr20:3-4")), "chr20:3-4");
});

Deno.test("regions of another form are refused", () => {
  for (const text of ["", "20:5", "20:a-b", "20:5-4", "20:0-4", "20:1-99999999999", "20 1"]) {
    assert.throws(() => parseRegion(text), UserError, text);
  }
});
