import { equal, match, ok } from "node:assert/strict";
import { toSvg } from "../../plots/mod.ts";
import { type RunRecord, toMarkdown } from "../../results/mod.ts";
import { recordOf } from "../../results/testing.ts";
import { beagleR2 } from "./imputation_many_beagle.ts";
import { manyFigure, manyShareFigure } from "./imputation_many_figures.ts";
import { manyMaskingTable, manyShareTable, manyTable, manyWindowTable } from "./imputation_many_tables.ts";
import { manyVerdict, memoryVerdict } from "./imputation_many_verdict.ts";

/** A made-up record of two seen windows and an unseen one, whose train frequency has 0.5. */
function made(
  size: number,
  proportion: number,
  seen: number,
  { chunkMask = true, unseen = 0.1, ...change }: Partial<RunRecord> & {
    chunkMask?: boolean;
    unseen?: number;
  } = {},
): RunRecord {
  return recordOf({
    experiment: "imputation-many",
    data: { name: `b1-2+1-windows-${size}`, sha256: "0" },
    fold: null,
    configuration: { size, proportion, chunkMask, labelMask: 0.5 },
    metrics: {
      "seen block 1 r2": seen + 0.1,
      "seen block 1 frequency": 0.5,
      "seen block 2 r2": seen - 0.1,
      "seen block 2 frequency": 0.5,
      "seen r2": seen,
      "seen frequency": 0.5,
      "unseen block 9 r2": unseen,
      "unseen block 9 frequency": 0.5,
      "unseen r2": unseen,
      "unseen frequency": 0.5,
    },
    ...change,
  });
}

const RECORDS = [
  made(100, 1, 0.9),
  made(100, 1, 0.8, { seed: 2 }),
  made(100, 1, 0.55, { chunkMask: false }),
  made(300, 1, 0.7),
  made(300, 0.15, 0.4, { unseen: 0.6 }),
];

Deno.test("sizes stand beside the train frequency of seen and unseen windows, means over seeds", () => {
  const table = toMarkdown(manyTable(RECORDS));
  match(
    table,
    /\| SPIN, 100, 2 \+ 1 \| \*\*0\.850 ± 0\.050\*\* \| 0\.500 \| 0\.100 ± 0\.000 \| \*\*0\.500\*\* \|/,
  );
  match(table, /\| SPIN, 300, 2 \+ 1 \| \*\*0\.700\*\* \|/);
  equal(manyTable(RECORDS).rows.length, 2);
  const windows = toMarkdown(manyWindowTable(RECORDS));
  match(windows, /\| block 1, seen \| \*\*0\.950\*\* \| 0\.500 \| – \|/);
  match(windows, /\| block 9, unseen \| 0\.100 \| \*\*0\.500\*\* \| – \|/);
});

Deno.test("Beagle stands beside B1's own windows, where it had the same to read", () => {
  ok(Math.abs(beagleR2({ size: 100, proportion: 1 }, "block 16") - 0.963289) < 1e-5);
  for (
    const [size, proportion, window] of [[100, 1, "block 17"], [100, 0.5, "block 16"], [
      300,
      1,
      "block 16",
    ]] as const
  ) {
    ok(Number.isNaN(beagleR2({ size, proportion }, window)));
  }
});

Deno.test("masking stands in pairs, shares in their order", () => {
  match(
    toMarkdown(manyMaskingTable(RECORDS)),
    /100, whole rows \|.*0\.850.*\n.*100, single cells \|.*0\.550/,
  );
  equal(manyMaskingTable(RECORDS.slice(0, 2)).rows.length, 0);
  match(toMarkdown(manyShareTable(RECORDS)), /SPIN, 0\.15 \| 0\.400.*\n.*SPIN, 1 \| \*\*0\.700/);
  equal(manyShareTable(RECORDS.slice(0, 4)).rows.length, 0);
});

Deno.test("an older configuration of the same run does not count", () => {
  const older = made(300, 1, 0.2, {
    configuration: { size: 300, proportion: 1, chunkMask: true, labelMask: 0.15 },
    date: "2020-01-01T00:00:00.000Z",
  });
  match(toMarkdown(manyTable([older, ...RECORDS])), /SPIN, 300, 2 \+ 1 \| \*\*0\.700/);
});

Deno.test("figures are drawn, and the verdict follows from the numbers", () => {
  match(toSvg(manyFigure(RECORDS)), /unseen windows, 100 targets/);
  match(toSvg(manyShareFigure(RECORDS)), /share of the train haplotypes/);
  const verdict = manyVerdict(RECORDS);
  match(
    verdict,
    /SPIN, 100 targets: seen windows 0\.850 against 0\.500 of the train frequency, better in 2 of 2/,
  );
  match(
    verdict,
    /unseen windows 0\.100 against 0\.500.*better in 0 of 1: what it learned is of the variants/,
  );
  match(
    verdict,
    /Masking whole rows.*SPIN, 100 targets, 2 seed\(s\): \+0\.300 R² on seen windows, not clearly different/,
  );
  match(verdict, /from 0\.400 with 0\.15 of them to 0\.700 with 1/);
  ok(manyVerdict([made(100, 1, 0.9, { unseen: 0.7 })]).includes("helps where it was not trained"));
});

Deno.test("memory is a share of NPT's, width by width", () => {
  const memory = (model: string, embedding: number, peak: number) =>
    recordOf({
      experiment: "imputation-memory",
      model,
      configuration: { size: 300, embedding },
      metrics: { peak },
    });
  const verdict = memoryVerdict([
    memory("npt", 32, 1000),
    memory("spin", 32, 170),
    memory("npt", 16, 100),
    memory("spin", 16, 34),
    memory("spin", 64, 300),
  ]);
  match(
    verdict,
    /^- .*e = 16: SPIN needs 0\.34 of NPT's, more than a fifth\.\n- .*e = 32: .* 0\.17 .*at most a fifth\.$/,
  );
});
