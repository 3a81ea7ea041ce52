import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { alignTargets } from "./align.ts";
import type { Genotypes } from "./genotypes.ts";
import { genotypesOf } from "./testing.ts";

const reference = genotypesOf("r", 2, "1000 A G 0.5", "4000 G A 0", "9000 G A 1");
const targets = genotypesOf("t", 2, "500 A G 0", "1000 A G 0", "4000 G A 0", "8000 C T 0", "9000 G A 1");

Deno.test("targets of another chromosome, region or genome build are refused", () => {
  const moved = (by: number): Genotypes => ({
    ...targets,
    variants: { ...targets.variants, position: targets.variants.position.map((position) => position + by) },
  });
  const cases: [Genotypes, RegExp][] = [
    [{ ...targets, contig: "21" }, /reference's chromosome 20, found 21/],
    [
      moved(10_000),
      /overlap with the reference, found none: the reference covers 20:1000-9000, the targets 20:10500-19000/,
    ],
    [
      moved(7),
      /expected at least 2 and 1 % of the targets' 3 variants .*, found 0 \(0 %\): .* another genome build/,
    ],
    [genotypesOf("t", 1, "1000 A G 0", "1001 A G 0"), /found 1 \(50 %\)/],
    [genotypesOf("t", 0, "1000 A G 0"), /expected variants and samples in the targets, found 1 and 0/],
  ];
  for (const [wrong, message] of cases) {
    assert.throws(() => alignTargets(reference, wrong), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("matches that come by chance alone do not hide another genome build", () => {
  // A reference with a variant at every twentieth position, and targets anywhere on it.
  const alleles = ["A G", "C T", "G A", "A C"];
  const dense = genotypesOf(
    "r",
    1,
    ...Array.from({ length: 5000 }, (_, i) => `${20 * i + 1} ${alleles[i % 4]} 0`),
  );
  const anywhere = Array.from({ length: 1000 }, (_, i) => `${99 * i + 1} ${alleles[(7 * i) % 4]} 0`);
  assert.throws(
    () => alignTargets(dense, genotypesOf("t", 1, ...anywhere)),
    /expected at least 2 and 10 % .*likely/,
  );
  const half = Array.from(
    { length: 1000 },
    (_, i) => `${(i % 2 ? 99 : 100) * i + 1} ${alleles[(5 * i) % 4]} 0`,
  );
  half.sort((a, b) => parseInt(a) - parseInt(b));
  assert.ok(alignTargets(dense, genotypesOf("t", 1, ...half)).report.used > 400);
});
