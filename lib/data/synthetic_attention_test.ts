import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import { PUBLISHED_ATTENTION, twoClusters } from "./synthetic_attention.ts";

const SMALL = { ...PUBLISHED_ATTENTION, rows: 40, queries: 12, features: 6 };

Deno.test("the published table has the sizes and the noise of the reference", () => {
  const { table, fold, cluster } = twoClusters(PUBLISHED_ATTENTION, 42);
  deepEqual([table.rows, table.columns.length], [6600, 124]);
  deepEqual([fold.train.length, fold.val.length, fold.test.length], [6200, 200, 200]);
  /** Share of ones among the columns [from, to) of a cluster's rows. */
  const ones = (which: number, from: number, to: number) => {
    let [sum, count] = [0, 0];
    cluster.forEach((own, row) => {
      if (own !== which) return;
      for (let j = from; j < to; j++) sum += table.codes[row * 124 + j]!;
      count += to - from;
    });
    return sum / count;
  };
  equal(cluster.filter((own) => own === 0).length, 3300);
  // Four deviations of a share of 396,000 bits are 0.002, of 13,200 labels 0.0105.
  ok(Math.abs(ones(0, 0, 120) - 0.9) < 0.002);
  ok(Math.abs(ones(1, 0, 120) - 0.05) < 0.002);
  ok(Math.abs(ones(0, 120, 124) - 0.1) < 0.0105);
  ok(Math.abs(ones(1, 120, 124) - 0.9) < 0.0105);
});

Deno.test("queries are copies of rows of the context, each row once, both clusters alike in every part", () => {
  const { table, fold, queries, cluster } = twoClusters(SMALL, 1);
  const d = table.columns.length;
  const row = (at: number) => table.codes.slice(at * d, (at + 1) * d).join("");
  const context = new Set(Array.from({ length: SMALL.rows }, (_, at) => row(at)));
  for (let at = SMALL.rows; at < table.rows; at++) ok(context.has(row(at)), `row ${at}`);
  for (const [start, count] of Object.values(queries)) {
    equal(count, 4);
    equal(cluster.subarray(start, start + count).reduce((a, b) => a + b, 0), 2);
  }
  deepEqual([...fold.test], [48, 49, 50, 51]);
  deepEqual(table.columns.map(({ target }) => Number(target)).join(""), "0000001111");
});

Deno.test("equal seeds give equal tables, other seeds others", () => {
  deepEqual(twoClusters(SMALL, 3), twoClusters(SMALL, 3));
  notDeepEqual(twoClusters(SMALL, 3).table.codes, twoClusters(SMALL, 4).table.codes);
});

Deno.test("without noise the clusters are all ones and all zeros", () => {
  const { table, cluster } = twoClusters({ ...SMALL, noise: 0, otherNoise: 0 }, 1);
  const d = table.columns.length;
  table.codes.forEach((code, at) => {
    const own = cluster[Math.floor(at / d)]!;
    equal(code, at % d < SMALL.features ? 1 - own : own);
  });
});

Deno.test("sizes that do not fit are named", () => {
  throws(() => twoClusters({ ...SMALL, rows: 41 }, 1), /rows: expected an even number, found 41/);
  throws(
    () => twoClusters({ ...SMALL, queries: 10 }, 1),
    /queries: expected a multiple of 6.*found 10/,
  );
  throws(() => twoClusters({ ...SMALL, queries: 42 }, 1), /queries: expected at most .*40.*found 42/);
  throws(
    () => twoClusters({ ...SMALL, noise: 1.5 }, 1),
    /noise: expected a number from 0 to 1, found 1.5/,
  );
  throws(
    () => twoClusters({ ...SMALL, labels: 0 }, 1),
    /labels: expected a positive whole number, found 0/,
  );
});
