import assert from "node:assert/strict";
import { getBit } from "./genotypes.ts";
import { record, refusesFile, vcfText, withFile } from "./support_test.ts";
import { readVcf, type VcfOptions } from "./vcf.ts";

const named = (format: string, position: number, alleles: string, calls: string) =>
  record(position, alleles, calls).replace(" GT ", ` ${format} `);

/** Each variant as text: calls, and likelihoods with two digits where there are any. */
const read = (records: string[], options: VcfOptions = {}) =>
  withFile("a.vcf", vcfText(["A", "B", "C"], records), async (path) => {
    const { genotypes, oddities } = await readVcf(path, options);
    const { alleles, missing, haploid, likelihoods } = genotypes;
    const lines = Array.from(genotypes.variants.position, (_, row) =>
      [0, 1, 2].map((s) => {
        const [a, b] = [getBit(alleles, row, 2 * s), getBit(alleles, row, 2 * s + 1)];
        const call = missing && getBit(missing, row, s)
          ? "."
          : haploid && getBit(haploid, row, s)
          ? `${a}`
          : `${a}${b}`;
        const soft = likelihoods?.subarray(3 * (3 * row + s), 3 * (3 * row + s) + 3) ?? [];
        return soft.some((value) => value > 0)
          ? `${call}(${Array.from(soft, (value) => Number(value.toFixed(2)))})`
          : call;
      }).join(" "));
    return { lines, oddities };
  });

Deno.test("likelihoods are read, and the likeliest genotype stands beside them", async () => {
  const { lines, oddities } = await read([
    named("PL", 5, "A>C", "0,30,200 40,0,50 0,3,30"),
    named("DP:GL", 6, "A>C", "3:-9,-0.1,-5 0:. 2:-300.5,-200,-inf"),
    named("GP", 7, "A>C", "0.95,0.05,0 0,0,1 0.4,0.4,0.2"),
    named("PL", 8, "A>C", "0,0,0 .,.,. 60,0,0"),
    named("GP:PL", 9, "A>C", "1,0,0:9,0,9 . ."),
  ]);
  assert.deepEqual(lines, [
    "00(1,0,0) 01(0,1,0) 00(1,0.5,0)",
    "01(0,1,0) . 01(0,1,0)",
    "00(1,0.05,0) 11(0,0,1) .(1,1,0.5)",
    ". . .(0,1,1)",
    "01(0.13,1,0.13) . .",
  ]);
  assert.equal(oddities.likelihoods.count, 5);
});

Deno.test("of several ALT alleles each has the likelihoods of its copies, the others count as REF", async () => {
  const { lines } = await read([
    named("PL", 5, "A>C,<*>", "0,3,30,10,40,50 20,0,30,40,50,60 ."),
    named("PL", 6, "A>.", "0 0 ."),
  ]);
  assert.deepEqual(lines, ["00(1,0.5,0) 01(0.01,1,0) .", "00(1,0.1,0) 00(1,0,0) .", ". . ."]);
});

Deno.test("haploid likelihoods become a call if they are sure", async () => {
  const { lines } = await read([named("PL", 8, "A>C", "0,50 60,0 0,3")]);
  assert.deepEqual(lines, ["0 1 ."]);
});

Deno.test("beside GT they count where the call is missing, or where they are asked for", async () => {
  const records = [named("GT:PL", 5, "A>C", "0/0:30,0,30 ./.:3,0,30 ./.:.")];
  const { lines, oddities } = await read(records);
  assert.deepEqual(lines, ["00 01(0.5,1,0) ."]);
  assert.deepEqual([oddities.calls.count, oddities.likelihoods.count], [1, 1]);
  const all = await read(records, { likelihoods: true });
  assert.deepEqual(all.lines, ["01(0,1,0) 01(0.5,1,0) ."]);
  assert.equal(all.oddities.calls.count, 0);
});

Deno.test("what is no likelihood is refused with its sample", async () => {
  const refuses = (format: string, calls: string, message: RegExp) =>
    refusesFile("a.vcf", vcfText(["A", "B"], [named(format, 5, "A>C", calls)]), readVcf, message);
  await refuses(
    "PL",
    "0,1,2 0,1,2,3",
    /line 3, position 20:5, sample "B": expected 3 numbers in PL, found "0,1,2,3"/,
  );
  await refuses("GL", "0,x,2 0,1,2", /sample "A": expected 3 numbers in GL, found "0,x,2"/);
  await refuses("PL", "0,-1,2 0,1,2", /sample "A": expected numbers from 0 in PL, found "0,-1,2"/);
  await refuses("GP", "1.5,-0.5,0 0,0,1", /sample "A": expected numbers from 0 in GP/);
  for (const gp of ["0,0,0", "5,2,1"]) {
    await refuses("GP", `0,0,1 ${gp}`, /sample "B": expected probabilities that sum to 1 in GP/);
  }
  await refuses("GL", "-inf,-inf,-inf 0,-1,-2", /sample "A": expected a genotype that is possible in GL/);
  await refuses("GP", "0,0,1", /expected 2 calls as in the header, found 1/);
});
