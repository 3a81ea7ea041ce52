import assert from "node:assert/strict";
import { classicalFigures } from "../data/uci.ts";
import { type Score, summarise } from "./summary.ts";
import { classicalScores, costTable, formatScore, formatSeconds, scoreTable } from "./tables.ts";
import { recordOf } from "./support_test.ts";
import { toHtml, toMarkdown, toText } from "./view.ts";

const own = summarise([
  ...[0.7, 0.9, 1.1].map((rmse, index) => recordOf({ metrics: { rmse }, fold: { index, of: 10 } })),
  ...[1.5, 1.7, 1.9].map((rmse, index) =>
    recordOf({ model: "npt", metrics: { rmse }, fold: { index, of: 10 } })
  ),
]);
const scores: Score[] = [...own, ...classicalScores(classicalFigures("yacht"))];

Deno.test("numbers have three significant digits and their error as many decimals", () => {
  assert.equal(formatScore({ mean: 14.921, standardError: 0.923 }), "14.9 ± 0.9");
  assert.equal(formatScore({ mean: 0.07069, standardError: 0.00106 }), "0.0707 ± 0.0011");
  assert.equal(formatScore({ mean: 2.9, standardError: NaN }), "2.90");
  assert.equal(formatScore({ mean: NaN, standardError: NaN }), "diverged");
  assert.deepEqual([0.0123, 0.9994, 4.5678, 99.4, 200, 61 * 60].map(formatSeconds), [
    "12.3 ms",
    "999 ms",
    "4.57 s",
    "99.4 s",
    "3 min 20 s",
    "61 min 0 s",
  ]);
});

Deno.test("the results table marks the best of each row, ranks the models and says what stands behind the numbers", () => {
  const table = scoreTable(scores, { title: "Yacht", models: ["spin", "npt", "xgboost", "set-transformer"] });
  assert.equal(
    toText(table),
    `Yacht

data set, measure              spin           npt         xgboost
-----------------------------------------------------------------
yacht, RMSE          0.900 ± 0.115   1.70 ± 0.12   0.742 ± 0.089*
average rank, 1 set           2.00          3.00            1.00*

Mean ± standard error over folds; the best of a row is marked.
spin, npt: quick, 3 of 10 folds.
xgboost: classical, 10 of 10 folds.
`,
  );
});

Deno.test("Markdown and HTML hold the same cells, with what is special in them escaped", () => {
  const table = {
    title: "a < b",
    head: ["set", "x|y"],
    rows: [{ label: "<i>", cells: [{ text: "1 & 2", best: true }] }],
    notes: ["n"],
  };
  assert.equal(toMarkdown(table), "**a < b**\n\n| set | x\\|y |\n| --- | ---: |\n| <i> | **1 & 2** |\n\nn\n");
  const html = toHtml(table);
  assert.match(html, /<strong>a &lt; b<\/strong>/);
  assert.match(html, /&lt;i&gt;<\/td><td [^>]*><strong>1 &amp; 2<\/strong>/);
});

Deno.test("a model without a score on a set has a dash there and that set no rank", () => {
  const extra: Score = { ...own[0]!, data: "energy", mean: 0.5 };
  const table = scoreTable([...own, extra], { title: "t" });
  assert.deepEqual(table.rows.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)]), [
    ["yacht, RMSE", "0.900 ± 0.115", "1.70 ± 0.12"],
    ["energy, RMSE", "0.500 ± 0.115", "–"],
    ["average rank, 1 set", "1.00", "2.00"],
  ]);
});

Deno.test("runs become a table of what they cost", () => {
  const [row] = costTable([recordOf()], "cost").rows;
  assert.deepEqual(row?.cells.map(({ text }) => text), [
    "12345",
    "2000",
    "2.00 s",
    "30.0 s",
    "15.0 ms",
    "1.0 MiB",
  ]);
});
