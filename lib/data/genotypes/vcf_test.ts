import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { threefryUniform } from "@spin/xla/threefry";
import { type BitMatrix, type Genotypes, getBit, parseRegion } from "./genotypes.ts";
import { record, vcfText, withFile } from "./support_test.ts";
import { readVcf, type VcfOptions } from "./vcf.ts";

const read = (text: string | Uint8Array, options: VcfOptions = {}) =>
  withFile("a.vcf", text, (path) => readVcf(path, options));

/** Each variant as text: the calls with `|`, `/` where phase is missing, `.` where the call is. */
function textOf({ alleles, missing, unphased, samples, variants }: Genotypes): string[] {
  const bit = (matrix: BitMatrix | null, row: number, column: number) =>
    matrix && getBit(matrix, row, column);
  return Array.from(variants.position, (position, row) => {
    const calls = samples.map((_, s) => {
      if (bit(missing, row, s)) return ".";
      return getBit(alleles, row, 2 * s) + (bit(unphased, row, s) ? "/" : "|") +
        getBit(alleles, row, 2 * s + 1);
    });
    return `${position} ${variants.ref[row]}>${variants.alt[row]} ${calls.join(" ")}`;
  });
}

const SAMPLES = ["A", "B", "C", "D", "E"];

Deno.test("calls are read in every form that they have", async () => {
  const { genotypes, contigLength } = await read(
    vcfText(SAMPLES, [
      record(5, "A>C", "0|0 0|1 1|0 1|1 0|1", "rs1"),
      record(5, "A>G", "0/0 0/1 1/0 1/1 0|1"),
      record(7, "AT>A", "./. .|. . 0/. 1|0"),
      record(9, "G>T", "0|0 .|1 10|0 1/1 ./.").replace("T ", "A,C,<D>,<E>,<F>,AG,<H>,<I>,<J>,T "),
      record(11, "G>.", "0|0 0/0 ./. 0|0 0|0"),
      record(12, "G>T", "0|1:0.9:3 1/0:1 ./.:. .:0 1|1:a:b").replace("GT", "GT:DS:X"),
    ], ["##contig=<ID=20,length=63025520>", '##FORMAT=<ID=GT,Number=1,Type=String,Description="a, b">']),
  );
  assert.deepEqual(textOf(genotypes), [
    "5 A>C 0|0 0|1 1|0 1|1 0|1",
    "5 A>G 0|0 0/1 1/0 1|1 0|1",
    "7 AT>A . . . . 1|0",
    "9 G>A 0|0 . 0|0 1|1 .",
    ...["C", "<D>", "<E>", "<F>", "AG", "<H>", "<I>", "<J>"].map((alt) => `9 G>${alt} 0|0 . 0|0 0|0 .`),
    "9 G>T 0|0 . 1|0 0|0 .",
    "11 G>. 0|0 0|0 . 0|0 0|0",
    "12 G>T 0|1 1/0 . . 1|1",
  ]);
  assert.equal(contigLength, 63025520);
  assert.deepEqual(genotypes.variants.id, ["rs1", ...Array(14).fill(".")]);
});

Deno.test("records with several ALT alleles are split", async () => {
  const text = vcfText(["A", "B", "C"], [record(5, "A>C,*", "0|2 1/2 ./1"), record(6, "A>C", "0|0 0|1 1|1")]);
  assert.deepEqual(textOf((await read(text)).genotypes), [
    "5 A>C 0|0 1/0 .",
    "5 A>* 0|1 0/1 .",
    "6 A>C 0|0 0|1 1|1",
  ]);
});

Deno.test("of equal variants the first one stays", async () => {
  const records = [record(5, "A>C", "0|1", "x"), record(5, "A>G", "1|1"), record(5, "A>C", "1|1", "y")];
  const { genotypes } = await read(vcfText(["A"], [...records, record(6, "A>C", "1|0")]));
  assert.deepEqual(textOf(genotypes), ["5 A>C 0|1", "5 A>G 1|1", "6 A>C 1|0"]);
  assert.deepEqual(genotypes.variants.id, ["x", ".", "."]);
  const small = await read(vcfText(["A"], [record(5, "A>C", "0|1"), record(5, "a>c", "1|1")]));
  assert.deepEqual(textOf(small.genotypes), ["5 A>C 0|1"]);
  assert.deepEqual(small.oddities.duplicates.count, 1);
});

Deno.test("from VCF 4.4 on the first allele may have its phase", async () => {
  const { genotypes } = await read(vcfText(["A", "B", "C", "D"], [record(5, "A>C", "|0|1 /0|1 /1/0 /./.")]));
  assert.deepEqual(textOf(genotypes), ["5 A>C 0|1 0/1 1/0 ."]);
});

Deno.test("a region is read from a file of several chromosomes", async () => {
  const at = (contig: string, position: number) => record(position, "A>C", "0|1").replace("20", contig);
  const records = [at("19", 7), at("20", 3), at("20", 4), at("20", 6), at("20", 9), at("21", 1)];
  const { genotypes } = await read(vcfText(["A"], records), { region: parseRegion("20:4-8") });
  assert.deepEqual([genotypes.contig, ...genotypes.variants.position], ["20", 4, 6]);
  const whole = await read(vcfText(["A"], records), { region: parseRegion("21") });
  assert.deepEqual([...whole.genotypes.variants.position], [1]);
});

Deno.test("random files are read as a naive reader does, whatever their line ends and packing", async () => {
  const calls = ["0|0", "0|1", "1|0", "1|1", "0/1", "1/0", "0/0", "./.", ".|."];
  const samples = Array.from({ length: 37 }, (_, i) => `S${i}`);
  const expected: string[] = [];
  const records = Array.from({ length: 2000 }, (_, row) => {
    const draws = threefryUniform(7, row, 0, samples.length + 2);
    // Half of the records are phased and none is missing.
    const kinds = draws[0]! < 0.5 ? 4 : calls.length;
    const chosen = samples.map((_, s) => calls[Math.floor(draws[s + 2]! * kinds)]!);
    expected.push(`${10 + 3 * row} A>C ${
      chosen.map((call) => {
        if (call.includes(".")) return ".";
        return call[0] === call[2] ? call.replace("/", "|") : call;
      }).join(" ")
    }`);
    const line = record(10 + 3 * row, "A>C", chosen.join(" "), `rs${row}`);
    return draws[1]! < 0.2 ? line.replace("GT", "GT:DS").replaceAll(/(?<=[|/].)(?= |$)/g, ":0.5") : line;
  });
  const text = vcfText(samples, records);
  const windows = text.replaceAll("\n", "\r\n");
  for (const content of [text, text.trimEnd(), windows, gzipSync(new TextEncoder().encode(windows))]) {
    const { genotypes } = await read(content);
    assert.deepEqual(textOf(genotypes), expected);
    assert.equal(genotypes.variants.id[1999], "rs1999");
  }
});

Deno.test("a region's chromosome may be named with or without chr", async () => {
  const text = vcfText(["a"], [
    record(5, "A>C", "0|1").replace(/^20/, "chr20"),
    record(9, "A>C", "1|1").replace(/^20/, "chr20"),
  ]);
  await withFile("x.vcf", text, async (path) => {
    const { genotypes } = await readVcf(path, { region: parseRegion("20:6-10") });
    assert.equal(genotypes.contig, "chr20");
    assert.deepEqual([...genotypes.variants.position], [9]);
  });
});

Deno.test("phase sets are read as VCF, GATK and WhatsHap write them", async () => {
  const records = [
    record(5, "A>C", "0|1:7 1|0:. 0/1:7 1|1:7 0|1:9").replace("GT", "GT:PS"),
    record(6, "A>C", "0/1:1|0:5_A_C 0/1:0|1:5_A_C 0|1:0|1:5_A_C 0/1:.:. 1/1:1|1:5_A_C").replace(
      "GT",
      "GT:PGT:PID",
    ),
    record(7, "A>C", "0/1:3-2,3-1 0/1:3-1,3-2 0/1:. 0|1:. 0/0:.").replace("GT", "GT:HP"),
    record(8, "A>C", "0|1 0/1 0/0 1|0 0|1"),
  ];
  const { genotypes } = await read(vcfText(SAMPLES, records));
  assert.deepEqual(textOf(genotypes), [
    "5 A>C 0|1 1|0 0/1 1|1 0|1",
    "6 A>C 1|0 0|1 0|1 0/1 1|1",
    "7 A>C 1|0 0|1 0/1 0|1 0|0",
    "8 A>C 0|1 0/1 0|0 1|0 0|1",
  ]);
  assert.deepEqual([...genotypes.phaseSets!], [1, 0, 0, 0, 2, 3, 3, 3, 0, 0, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal((await read(vcfText(SAMPLES, records.slice(3)))).genotypes.phaseSets, null);
});

Deno.test("what is not taken as it is written is counted, with its place", async () => {
  const { genotypes, oddities } = await read(
    vcfText(["A", "B"], [
      record(5, "A>C", "0|1 1", "a;;b"),
      record(5, "A>C", "1|1 1|1"),
      record(6, "B>C", "0|1 0|1"),
      record(7, "A>C,R", "0|1 ./1"),
      record(8, "A>C", "0|1 0|1").replace("PASS", "q10"),
    ]),
    { filters: "pass" },
  );
  assert.deepEqual(textOf(genotypes), ["5 A>C 0|1 1|1", "7 A>C 0|1 ."]);
  assert.deepEqual(genotypes.variants.id, ["a;;b", "."]);
  assert.deepEqual([...genotypes.haploid!.bytes], [2, 0]);
  assert.deepEqual(Object.fromEntries(Object.entries(oddities).map(([kind, { first }]) => [kind, first])), {
    multiallelic: ["20:7 A/C,R (line 6)"],
    calls: [],
    duplicates: ["20:5 A/C (line 4)"],
    oddAlleles: ["20:6 B/C (line 5)", "20:7 A/R (line 6)"],
    filtered: ["20:8 q10 (line 7)"],
    halfMissing: ["20:7 B (line 6)"],
    haploid: ["20:5 B (line 3)"],
    likelihoods: [],
  });
});

Deno.test("structural variants are told apart by ID, END and length, which are kept", async () => {
  const sv = (id: string, info: string) => `20 5 ${id} A <CN0> . PASS ${info} GT 0|1`;
  const records = [
    sv("x", "AC=1;END=90;SVTYPE=DEL"),
    sv("y", "END=700"),
    sv("y", "END=700"),
    record(6, "A>C", "0|1"),
  ];
  const { genotypes, symbols, oddities } = await read(
    vcfText(["A"], records, ['##ALT=<ID=CN0,Description="none">']),
  );
  assert.deepEqual(genotypes.variants.info, ["END=90;SVTYPE=DEL", "END=700", ""]);
  assert.deepEqual(genotypes.variants.alt, ["<CN0>", "<CN0>", "C"]);
  assert.equal(oddities.duplicates.count, 1);
  assert.deepEqual(symbols, ['##ALT=<ID=CN0,Description="none">']);
});
