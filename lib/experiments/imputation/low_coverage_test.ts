import { deepEqual, match, ok } from "node:assert/strict";
import { bitMatrix, type Genotypes } from "../../data/genotypes/genotypes.ts";
import { setBit } from "../../data/genotypes/support_test.ts";
import type { RunRecord } from "../../results/mod.ts";
import { lowCoverage, sequencedVcf } from "./low_coverage.ts";

const PEOPLE = 400;

/** A variant at which a third of the people each have no, one and two copies of ALT. */
function genotypes(): Genotypes {
  const alleles = bitMatrix(1, 2 * PEOPLE);
  for (let s = 0; s < PEOPLE; s++) for (let h = 0; h < s % 3; h++) setBit(alleles, 0, 2 * s + h);
  return {
    contig: "20",
    samples: Array.from({ length: PEOPLE }, (_, s) => `S${s}`),
    variants: { position: Int32Array.of(5), id: ["."], ref: ["A"], alt: ["C"] },
    alleles,
    missing: null,
    unphased: null,
    haploid: null,
    phaseSets: null,
  };
}

const cellsOf = (text: string) => text.trimEnd().split("\n").at(-1)!.split("\t").slice(9);

Deno.test("reads are drawn by depth and genotype, and calls are those that are sure", () => {
  const options = { depth: 3, error: 0.01, seed: 0 };
  const soft = cellsOf(sequencedVcf(genotypes(), options, "likelihoods"));
  const hard = cellsOf(sequencedVcf(genotypes(), options, "calls"));
  deepEqual([soft.length, hard.length], [PEOPLE, PEOPLE]);
  const unread = soft.filter((cell) => cell === "0,0,0").length / PEOPLE;
  ok(Math.abs(unread - Math.exp(-3)) < 0.03, `${unread}`);
  // Three reads of REF alone: a heterozygous person shows that in one of eight cases.
  ok(soft.includes("0,9,60") && hard[soft.indexOf("0,9,60")] === "./.");
  const right = hard.filter((call, s) => call === ["0/0", "0/1", "1/1"][s % 3]).length;
  const wrong = hard.filter((call, s) => call !== "./." && call !== ["0/0", "0/1", "1/1"][s % 3]).length;
  ok(right > 0.3 * PEOPLE && wrong < 0.1 * PEOPLE, `${right} right, ${wrong} wrong`);
  deepEqual(cellsOf(sequencedVcf(genotypes(), options, "likelihoods")), soft);
});

Deno.test("a report has the inputs by depth, and says what likelihoods add", async () => {
  const runs = await lowCoverage.runs(lowCoverage.settings("quick", { depths: "2,1" }));
  deepEqual(runs.map(({ id }) => id.split("/").slice(2).join(" ")), [
    "2 likelihoods",
    "2 calls",
    "1 likelihoods",
    "1 calls",
  ]);
  const records = runs.map(({ identity, model }) => ({
    ...identity!,
    metrics: { r2: model === "calls" ? 0.8 : 0.9, minorR2: 0.7, targetR2: 0.6, targets: 5 },
    details: { bins: [null, 0.5, 0.9] },
  })) as unknown as RunRecord[];
  const { tables, verdict } = lowCoverage.report(records);
  deepEqual(tables["scores"]!.rows.map(({ label }) => label), [
    "1, likelihoods",
    "1, calls",
    "2, likelihoods",
    "2, calls",
  ]);
  match(verdict, /^- At a depth of 1: R² 0.9000 by likelihoods, 0.8000 by sure calls\.\n- At a depth of 2/);
});
