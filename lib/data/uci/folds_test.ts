import assert from "node:assert/strict";
import type { Fold } from "../folds.ts";
import type { Table } from "../table.ts";
import { EMBEDDED_FOLDER, storedFolds, uciFolds } from "../uci.ts";
import { isEmbedded, uciFacts } from "./facts.ts";
import { refuses } from "./support_test.ts";

/** A table of a set's size of which only the target counts: rare classes at every hundredth row. */
function emptyTable(name: string): Table {
  const { n, target, task } = uciFacts(name);
  const codes = () => Int32Array.from({ length: n }, (_, row) => Number(row % 100 === 0));
  const column = task === "regression"
    ? { name: target, kind: "numeric" as const, values: new Float64Array(n) }
    : { name: target, kind: "categorical" as const, classes: ["a", "b"], codes: codes() };
  return { source: name, rows: n, columns: [column], lines: new Int32Array() };
}

const sizes = ({ train, val, test }: Fold) => [train.length, val.length, test.length];

/** Number of folds, and the sizes of the first. */
async function first(name: string, profile: "quick" | "paper") {
  const folds = await uciFolds(name, profile, emptyTable(name));
  return [folds.length, ...sizes(folds[0]!)];
}

Deno.test("folds of the paper have the sizes that the official code gives", async () => {
  assert.deepEqual(await first("boston", "paper"), [10, 353, 102, 51]);
  assert.deepEqual(await first("yacht", "paper"), [10, 215, 62, 31]);
  assert.deepEqual(await first("concrete", "paper"), [10, 720, 207, 103]);
  assert.deepEqual(await first("breast-cancer", "paper"), [10, 398, 114, 57]);
  assert.deepEqual(await first("protein", "paper"), [5, 32011, 4573, 9146]);
  assert.deepEqual(await first("kick", "paper"), [5, 51087, 7299, 14597]);
  assert.deepEqual(await first("forest-cover", "paper"), [5, 406707, 58102, 116203]);
  assert.deepEqual(await first("poker-hand", "paper"), [1, 21883, 3127, 1000000]);
  assert.deepEqual(await first("income", "paper"), [1, 174582, 24941, 99762]);
});

Deno.test("the one fold of higgs has the sizes that the official code gives", async () => {
  assert.deepEqual(await first("higgs", "paper"), [1, 9187500, 1312500, 500000]);
});

Deno.test("quick: the stored folds of a set of data/uci, else the same as the paper's", async () => {
  const facts = uciFacts("protein");
  assert.ok(isEmbedded(facts));
  const stored = await storedFolds(facts, EMBEDDED_FOLDER);
  assert.deepEqual(await uciFolds("protein", "quick", emptyTable("protein")), stored);
  assert.deepEqual(await first("poker-hand-train", "quick"), [10, 17507, 5002, 2501]);
  assert.deepEqual(await first("kick", "quick"), await first("kick", "paper"));
});

Deno.test("every row is in one part, tested once over the folds; classes keep their share", async () => {
  const table = emptyTable("kick");
  const folds = await uciFolds("kick", "paper", table);
  const tested = new Uint8Array(table.rows);
  for (const { train, val, test } of folds) {
    const seen = new Uint8Array(table.rows);
    for (const part of [train, val, test]) {
      for (const row of part) seen[row]!++;
      const rare = part.filter((row) => row % 100 === 0).length;
      assert.ok(Math.abs(rare - part.length / 100) <= 2, `${rare} of ${part.length}`);
    }
    assert.ok(seen.every((count) => count === 1));
    for (const row of test) tested[row]!++;
  }
  assert.ok(tested.every((count) => count === 1));
});

Deno.test("another table is refused", async () => {
  const table = emptyTable("yacht");
  await refuses(uciFolds("kick", "paper", table), /kick: expected a table of 72983 rows, found 308/);
  await refuses(
    uciFolds("protein", "paper", { ...emptyTable("protein"), columns: [] }),
    /expected a column "RMSD"/,
  );
});
