import assert from "node:assert/strict";
import { type MosaicPanel, mosaics } from "./mosaic.ts";

/** Two haplotypes that are recognised by their alleles; places 0, 2 and 4 are sites. */
const panel: MosaicPanel = {
  panel: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1),
  centimorgans: [0, 1, 2, 3, 4, 5],
  sites: Int32Array.of(0, 2, 4),
  targets: Int32Array.of(1, 3, 5),
};
const n = 400;

/** Rows [n, 6] of the mosaics in order of position. */
function rowsOf(source: MosaicPanel, rate: number, noise = 0): number[][] {
  const { known, truth } = mosaics(source, { batch: n, rate, noise }, [3, 1]);
  return Array.from({ length: n }, (_, b) => {
    const row: number[] = [];
    source.sites.forEach((place, s) => row[place] = known[3 * b + s]!);
    source.targets.forEach((place, t) => row[place] = truth[3 * b + t]!);
    return row;
  });
}

Deno.test("without changes a mosaic is a row of the panel, and rows come up equally often", () => {
  const rows = rowsOf(panel, 1e-9);
  assert.ok(rows.every((row) => row.every((allele) => allele === row[0])));
  const share = rows.filter(([first]) => first === 1).length / n;
  assert.ok(share > 0.4 && share < 0.6, `share ${share}`);
});

Deno.test("changes come where there is distance, as often as the rate says", () => {
  const rows = rowsOf({ ...panel, centimorgans: [0, 0, 0, 0.5, 0.5, 0.5] }, 2);
  assert.ok(rows.every((row) => row[0] === row[2] && row[3] === row[5]));
  // With two haplotypes half of the changes go to the one that was copied before.
  const changed = rows.filter((row) => row[2] !== row[3]).length / n;
  assert.ok(Math.abs(changed - (1 - Math.exp(-1)) / 2) < 0.07, `changed ${changed}`);
});

Deno.test("noise flips the share of known alleles that was asked for, and no target", () => {
  const zeros = { ...panel, panel: new Uint8Array(12) };
  const mean = (alleles: Uint8Array) => alleles.reduce((a, b) => a + b, 0) / alleles.length;
  for (const noise of [0.1, 0.6]) {
    const { known, truth } = mosaics(zeros, { batch: 4000, rate: 1, noise }, [2, 1]);
    assert.ok(Math.abs(mean(known) - noise) < 0.02, `${mean(known)} of ${noise}`);
    assert.equal(mean(truth), 0);
  }
});

Deno.test("the same key gives the same mosaics, another step others", () => {
  const options = { batch: 9, rate: 0.3, noise: 0.1 };
  assert.deepEqual(mosaics(panel, options, [3, 1]), mosaics(panel, options, [3, 1]));
  assert.notDeepEqual(mosaics(panel, options, [3, 1]), mosaics(panel, options, [3, 2]));
});
