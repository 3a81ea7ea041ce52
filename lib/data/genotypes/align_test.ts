import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { alignTargets, reportLines } from "./align.ts";
import { bitMatrix, type Genotypes } from "./genotypes.ts";
import { setBit } from "./support_test.ts";

/**
 * Genotypes from texts such as `100 A G 0.3`: position, REF, ALT and the share of haplotypes, the first ones, that have
 * ALT; or `missing` for no calls.
 */
function genotypesOf(name: string, samples: number, ...texts: string[]): Genotypes {
  const fields = texts.map((text) => text.split(" "));
  const column = (i: number) => fields.map((field) => field[i]!);
  const alleles = bitMatrix(texts.length, 2 * samples);
  const missing = bitMatrix(texts.length, samples);
  column(3).forEach((frequency, v) => {
    for (let h = 0; h < Number(frequency) * 2 * samples; h++) setBit(alleles, v, h);
    if (frequency === "missing") { for (let s = 0; s < samples; s++) setBit(missing, v, s); }
  });
  return {
    contig: "20",
    samples: Array.from({ length: samples }, (_, s) => `${name}${s}`),
    variants: {
      position: Int32Array.from(column(0), Number),
      id: fields.map(() => "."),
      ref: column(1),
      alt: column(2),
    },
    alleles,
    missing,
    unphased: null,
    haploid: null,
    phaseSets: null,
  };
}

const reference = genotypesOf(
  "r",
  20,
  "1000 A G 0.2",
  "2000 A G 0.2",
  "3000 A G 0.2",
  "4000 A G 0.2",
  "5000 A T 0.2",
  "5100 A T 0.2",
  "5200 A T 0.5",
  "6000 C CTT 0.9",
  "6000 C T 0.1",
  "6100 C CTT 0.1",
  "7000 G A 0.1",
  "8000 G A 0.1",
  "9000 G A 0.1",
  "9100 A T 0.1",
);

const targets = genotypesOf(
  "t",
  10,
  "500 A G 0.2", // not in the reference
  "1000 A G 0.3",
  "2000 G A 0.7", // swapped
  "3000 T C 0.3", // the other strand
  "4000 C T 0.7", // both
  "5000 T A 0.7", // swapped by its frequency
  "5100 T A 0.3", // the other strand by its frequency
  "5200 T A 0.5", // either
  "6000 C T 0.1",
  "6000 CTT C 0.1", // the insertion, exchanged
  "6100 CTT C 0.1", // another variant by its frequency
  "7000 G T 0.1", // other alleles
  "8000 G A 0.9", // an outlier
  "8000 C T 0.9", // the same variant again
  "9000 G A missing",
  "9100 A T 0.9", // the other strand by its frequency
);

Deno.test("targets are read on the reference's variants with its alleles", () => {
  const { variants, calls, alleles, phased, report } = alignTargets(reference, targets);
  assert.deepEqual([...variants], [0, 1, 2, 3, 4, 5, 7, 8, 11]);
  const width = variants.length;
  const frequencies = Array.from(variants, (_, v) => {
    let sum = 0;
    for (let s = 0; s < 10; s++) sum += calls[s * width + v]!;
    return sum / 20;
  });
  assert.deepEqual(frequencies, [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.9, 0.1, 0.9]);
  for (let at = 0; at < calls.length; at++) {
    const [s, v] = [Math.floor(at / width), at % width];
    const [a, b] = [alleles[2 * s * width + v]!, alleles[(2 * s + 1) * width + v]!];
    assert.equal(a === 255 ? 255 : a + b, calls[at]);
    assert.equal(phased[at], a === 255 ? 0 : 1);
  }
  const counts = Object.fromEntries(
    Object.entries(report.outcomes).map(([name, { count }]) => [name, count]),
  );
  assert.deepEqual(counts, {
    equal: 3,
    swapped: 1,
    strand: 1,
    strandSwapped: 1,
    ambiguousUsed: 3,
    ambiguous: 2,
    opposite: 1,
    noCalls: 1,
    otherAlleles: 1,
    duplicates: 1,
    notInReference: 1,
  });
  assert.equal(Object.values(counts).reduce((a, b) => a + b), targets.variants.position.length);
  assert.equal(report.used, 9);
  assert.deepEqual(report.outcomes.otherAlleles.first, ["7000 G/T (reference G/A)"]);
  assert.deepEqual(report.frequencyOutliers.first.map((text) => text.split(" ")[0]), ["8000"]);
  assert.deepEqual(report.outcomes.opposite.first, [
    "9100 A/T (reference A/T), ALT 0.90, in the reference 0.10",
  ]);
  assert.deepEqual(report.missingSites.first, []);
});

Deno.test("the report names what was found and shows where", () => {
  const text = reportLines(alignTargets(reference, targets).report).join("\n");
  assert.match(
    text,
    /^9 of the targets' 16 variants are used: 10 samples on a reference of 14 variants and 20 samples$/m,
  );
  assert.match(text, /^ {2}3 used as they are$/m);
  assert.match(
    text,
    /^ {2}1 used with REF and ALT swapped: .*: 2000 G\/A \(reference A\/G\), ALT 0\.30, in the reference 0\.20$/m,
  );
  assert.match(text, /^ {2}2 left out, swapped A\/T.*: 5200 T\/A .*; 6100 CTT\/C \(reference C\/CTT\)/m);
  assert.match(text, /^ {2}1 used, ALT frequency more than 0\.4 from the reference's: 8000 G\/A/m);
  assert.doesNotMatch(text, /warning|note|undefined|NaN/);
});

Deno.test("samples without many of the calls are told", () => {
  const variants = ["100 A G 0.5", "200 A G 0.5", "300 A G 0.5", "400 A G 0.5"];
  const gaps = genotypesOf("t", 6, ...variants, "500 A G 0.5");
  setBit(gaps.missing!, 4, 0);
  setBit(gaps.missing!, 4, 5);
  const text = reportLines(alignTargets(genotypesOf("r", 2, ...variants, "500 A G 0.5"), gaps).report).join(
    "\n",
  );
  assert.match(text, /^samples without a call at more than 10 % of them: t0 \(20 %\), t5 \(20 %\)$/m);
});

Deno.test("of many cases the first five are shown, and long alleles are cut", () => {
  const many = Array.from({ length: 8 }, (_, i) => `${100 + i} ${"A".repeat(100)} C 0.1`);
  const some = genotypesOf("t", 10, ...many, "1000 A G 0.2", "2000 A G 0.2");
  const { first, count } = alignTargets(reference, some).report.outcomes.notInReference;
  assert.deepEqual([count, first.length], [8, 5]);
  assert.equal(first[0], `100 ${"A".repeat(20)}... (100)/C`);
  const other = alignTargets(
    genotypesOf("r", 2, ...many.map((text) => text.replace("C", "G")), "1000 A G 0.2", "2000 A G 0.2"),
    some,
  );
  assert.match(
    reportLines(other.report).join("\n"),
    /8 left out, the reference has other alleles there: .*; \.\.\.$/m,
  );
});

Deno.test("one sample is enough, but not for frequencies", () => {
  const one = genotypesOf("t", 1, "1000 G A 0.5", "2000 A . 0", "3000 C . 0", "5000 T A 1", "8000 G A 1");
  one.unphased = bitMatrix(5, 1);
  setBit(one.unphased, 0, 0);
  const { variants, calls, alleles, phased, report } = alignTargets(reference, one);
  assert.deepEqual([...variants], [0, 1, 2, 11]);
  assert.deepEqual([...calls], [1, 0, 2, 2]);
  assert.deepEqual([...alleles], [0, 0, 1, 1, 1, 0, 1, 1]);
  assert.deepEqual([...phased], [0, 1, 1, 1]);
  assert.equal(report.frequencyOutliers.count, 0);
  assert.equal(report.outcomes.ambiguous.count, 1);
});

Deno.test("chr20 is 20, and samples that are in both are told", () => {
  const both = {
    ...targets,
    contig: "chr20",
    samples: targets.samples.map((name, s) => s < 6 ? `r${s}` : name),
  };
  const text = reportLines(alignTargets(reference, both).report).join("\n");
  assert.match(text, /^note: chromosome 20 of the reference is taken for chr20 of the targets$/m);
  assert.match(
    text,
    /^warning: 6 of the targets are also samples of the reference.*: r0, r1, r2, r3, r4, \.\.\.$/m,
  );
});

Deno.test("targets without any call are refused", () => {
  const none = genotypesOf("t", 10, "1000 A G missing", "2000 A G missing", "3000 A G missing");
  assert.throws(
    () => alignTargets(reference, none),
    /expected called genotypes .*, found none at the 3 variants/,
  );
});

Deno.test("targets of another chromosome, region or genome build are refused", () => {
  const reference = genotypesOf("r", 2, "1000 A G 0.5", "4000 G A 0", "9000 G A 1");
  const targets = genotypesOf("t", 2, "500 A G 0", "1000 A G 0", "4000 G A 0", "8000 C T 0", "9000 G A 1");
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
