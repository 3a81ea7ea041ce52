import { deepEqual, equal, rejects } from "node:assert/strict";
import { mafBin } from "../../baselines/genotype_r2.ts";
import { genotypeFigures, genotypePath } from "./project.ts";
import { readVcf } from "./vcf.ts";
import { b1Windows, windowTable } from "./windows.ts";

Deno.test("B1's windows have the places and the frequencies that are stated", async () => {
  const windows = await b1Windows([0, 1, 2, 3, 4]);
  const { variants } = (await readVcf(await genotypePath("reference"))).genotypes;
  const ends = (indices: Int32Array) => [indices[0]!, indices.at(-1)!].map((v) => variants.position[v]!);
  windows.forEach((window, i) => {
    const stated = genotypeFigures().b1.windows[i]!;
    deepEqual(ends(window.targetVariants), stated.targets, window.name);
    deepEqual(ends(window.inputVariants), stated.sites, window.name);
    const bins = [0, 0, 0];
    for (const count of window.counts) bins[mafBin(count, window.alleles)]!++;
    deepEqual(bins, stated.bins, window.name);
    deepEqual([window.fold.train.length, window.fold.val.length, window.fold.test.length], [480, 60, 60]);
    deepEqual([windowTable(window).rows, windowTable(window).columns.length], [600, 50]);
  });
});

Deno.test("windows of other sizes have the columns of the reference", async () => {
  for (const [size, columns] of [[200, 70], [300, 90], [400, 110]] as const) {
    const [window] = await b1Windows([2], { size });
    equal(windowTable(window!).columns.length, columns);
  }
  await rejects(b1Windows([5]), /windows: expected whole numbers from 0 to 4, found 5/);
});
