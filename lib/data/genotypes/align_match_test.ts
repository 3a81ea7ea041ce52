import assert from "node:assert/strict";
import { isPalindromic, matchVariants, relationOf } from "./align.ts";
import type { Variants } from "./genotypes.ts";

/** Variants from texts such as `100 A G`. */
function variantsOf(...texts: string[]): Variants {
  const fields = texts.map((text) => text.split(" "));
  const column = (i: number) => fields.map((field) => field[i]!);
  return {
    position: Int32Array.from(column(0), Number),
    id: fields.map(() => "."),
    ref: column(1),
    alt: column(2),
  };
}

Deno.test("alleles are related as equal, swapped, of the other strand, or not at all", () => {
  const cases: [string, string, string | null][] = [
    ["A G", "A G", "equal"],
    ["A G", "a g", "equal"],
    ["A G", "G A", "swapped"],
    ["A G", "T C", "strand"],
    ["A G", "C T", "strandSwapped"],
    ["A G", "A C", null],
    ["A T", "A T", "equal"],
    ["A T", "T A", "ambiguous"],
    ["C G", "G C", "ambiguous"],
    ["A T", "C G", null],
    ["A ATT", "A ATT", "equal"],
    ["A ATT", "ATT A", "ambiguous"], // a deletion of the same bases, or the same insertion turned
    ["A ATT", "A AT", null],
    ["AC GT", "GT AC", "swapped"],
    ["A <DEL>", "A <DEL>", "equal"],
    ["A G", "A .", "equal"],
    ["A G", "G .", "swapped"],
    ["A G", "T .", "strand"],
    ["A G", "C .", "strandSwapped"],
    ["A T", "A .", "equal"],
    ["A T", "T .", "ambiguous"],
    ["A AT", "A .", null], // it may be a SNP at the same position
    ["A .", "A G", null],
  ];
  const two = (text: string) => text.split(" ") as [string, string];
  for (const [reference, target, relation] of cases) {
    assert.equal(relationOf(two(reference), two(target)), relation, `${reference} and ${target}`);
  }
  assert.deepEqual([isPalindromic("C", "g"), isPalindromic("A", "G"), isPalindromic("AT", "A")], [
    true,
    false,
    false,
  ]);
});

Deno.test("variants match by position and alleles, each once, in the reference's order", () => {
  const reference = variantsOf("5 A C", "10 A G", "10 A T", "10 A ATT", "20 C T", "30 G C", "40 T C");
  const targets = variantsOf("1 A G", "10 A ATT", "10 T C", "10 A G", "10 T A", "20 C G", "30 C G", "50 A C");
  const { matches, ...rest } = matchVariants(reference, targets);
  assert.deepEqual(matches.map(({ reference, target, relation }) => [reference, target, relation]), [
    [1, 3, "equal"],
    [2, 4, "ambiguous"],
    [3, 1, "equal"],
    [5, 6, "ambiguous"],
  ]);
  assert.deepEqual(rest, { notInReference: [0, 7], otherAlleles: [5], duplicates: [2] });
});

Deno.test("nothing matches nothing", () =>
  assert.deepEqual(matchVariants(variantsOf("5 A C"), variantsOf()).matches, []));
