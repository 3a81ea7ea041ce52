import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { headerText } from "./vcf_write.ts";

const header = { contig: "20", samples: ["a", "b"], source: "SPIN 1" };

Deno.test("a header has what VCF 4.2 wants, then the notes and the samples", () => {
  const lines = headerText({
    ...header,
    contigLength: 63_025_520,
    notes: { spin_command: "impute\n--seed 1", spin_model: "<none>" },
    date: "20260102",
    haplotypes: true,
  }).split("\n");
  assert.deepEqual(lines.slice(0, 7), [
    "##fileformat=VCFv4.2",
    "##fileDate=20260102",
    "##source=SPIN 1",
    "##spin_command=impute --seed 1",
    "##spin_model= <none>",
    "##contig=<ID=20,length=63025520>",
    '##FILTER=<ID=PASS,Description="All filters passed">',
  ]);
  const ids = lines.flatMap((line) => /^##(?:INFO|FORMAT)=<ID=(\w+),/.exec(line)?.[1] ?? []);
  assert.deepEqual(ids, ["AF", "DR2", "IMP", "GT", "DS", "HDS"]);
  assert.deepEqual(lines.slice(-2), ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb", ""]);
  assert.match(headerText(header), /^##fileDate=20\d{6}\n##source/m);
  assert.match(headerText(header), /^##contig=<ID=20>$/m);
});

Deno.test("a header refuses samples that VCF cannot hold and keys that have a meaning", () => {
  for (const samples of [[], ["a", "a"], ["a\tb"], [""]]) {
    assert.throws(() => headerText({ ...header, samples }), UserError);
  }
  for (const key of ["contig", "fileDate", "two words", ""]) {
    assert.throws(() => headerText({ ...header, notes: { [key]: "x" } }), RangeError);
  }
});
