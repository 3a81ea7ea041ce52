import assert from "node:assert/strict";
import { encode } from "../encode.ts";
import { fitSchema } from "../schema.ts";
import { cellsOf, HIGGS, KICK, kickText, tableOf } from "./testing.ts";

Deno.test("HIGGS: the label of the first column is the target at the end, numbers are float32", async () => {
  const table = await tableOf("higgs", 40, { "HIGGS.csv.gz": HIGGS });
  assert.equal(table.columns.length, 29);
  assert.equal(table.columns.at(-1)!.name, "class_label");
  assert.deepEqual(cellsOf(table, "class_label").slice(0, 3), ["0", "1", "0"]);
  const first = table.columns[0]!;
  assert.ok(first.kind === "numeric" && first.values instanceof Float32Array);
  assert.equal(first.values[39], Math.fround(39 - 20.3));
  const encoded = encode(table, fitSchema(table, { targets: ["class_label"] }));
  assert.equal(encoded.values.length, 40 * 28);
  assert.deepEqual(encoded.codes.slice(0, 3), Int32Array.of(0, 1, 0));
});

Deno.test("forest-cover: 10 numbers, 44 binary columns, 7 classes", async () => {
  const row = (i: number) => {
    const binary = Array.from({ length: 44 }, (_, j) => Number(j === i % 4 || j === 4 + i % 40));
    return [2596 + i, 51, 3, 258, -i, 510, 221, 232, 148, 6279, ...binary, 1 + i % 7].join(",");
  };
  const text = Array.from({ length: 80 }, (_, i) => row(i)).join("\n") + "\n";
  const table = await tableOf("forest-cover", 80, { "covtype.data.gz": text });
  const kinds = table.columns.map(({ kind }) => kind);
  assert.deepEqual([kinds.indexOf("categorical"), kinds.length], [10, 55]);
  assert.deepEqual(cellsOf(table, "Vertical_Distance_To_Hydrology").slice(0, 3), [0, -1, -2]);
  const target = table.columns.at(-1)!;
  assert.deepEqual(target.kind === "categorical" && target.classes, ["1", "2", "3", "4", "5", "6", "7"]);
});

Deno.test("poker-hand: the training file of data/uci comes first, then the test file", async () => {
  const hands = "1,1,1,13,2,4,2,3,1,12,0\r\n3,12,3,2,3,11,4,5,2,5,1\r\n\r\n";
  const table = await tableOf("poker-hand", 25_012, { "poker-hand-testing.data": hands });
  assert.deepEqual(cellsOf(table, "C1").slice(-3).slice(1), [1, 12]);
  assert.deepEqual(cellsOf(table, "CLASS").slice(0, 2), ["9", "9"]);
  assert.deepEqual(cellsOf(table, "CLASS").slice(-2), ["0", "1"]);
  const target = table.columns.at(-1)!;
  assert.equal(target.kind === "categorical" && target.classes.length, 10);
  assert.deepEqual(table.columns.slice(0, 3).map(({ kind }) => kind), [
    "categorical",
    "numeric",
    "categorical",
  ]);
});

Deno.test("kick: missing numbers are 0 and flagged, missing categories flagged, the target last", async () => {
  const table = await tableOf("kick", 3, { "kick.arff": kickText(KICK) });
  assert.equal(table.columns.length, 33);
  assert.deepEqual(cellsOf(table, "IsBadBuy"), ["0", "1", "0"]);
  assert.deepEqual(cellsOf(table, "PurchDate"), [1260144000, 1260144000, 1260230400]);
  assert.deepEqual(cellsOf(table, "SubModel"), ["4D SEDAN I", "QUAD CAB 4.7L SLT", "4D SEDAN SXT FFV"]);
  assert.deepEqual(cellsOf(table, "WheelType"), ["Alloy", "Alloy", null]);
  assert.deepEqual(cellsOf(table, "MMRAcquisitionRetailAveragePrice"), [11636, 10897, null]);
  const schema = fitSchema(table, { targets: ["IsBadBuy"], uninformative: "drop", notify: () => {} });
  const encoded = encode(table, schema);
  const j = schema.columns.findIndex(({ name }) => name === "MMRAcquisitionRetailAveragePrice");
  const at = schema.columns.slice(0, j).filter(({ kind }) => kind === "numeric").length;
  const dn = schema.columns.filter(({ kind }) => kind === "numeric").length;
  assert.deepEqual([encoded.missing[2 * schema.columns.length + j], encoded.values[2 * dn + at]], [1, 0]);
});

const INCOME =
  " Not in universe, 0, 0, High school graduate, 0, Not in universe, Widowed, Not in universe or children, " +
  "Not in universe, White, All other, Female, Not in universe, Not in universe, Not in labor force, 0, 0, 0, Nonfiler, " +
  "Not in universe, Not in universe, Other Rel 18+ ever marr not in subfamily, Other relative of householder, 1700.09, " +
  "?, ?, ?, Not in universe under 1 year old, ?, 0, Not in universe, United-States, United-States, United-States, " +
  "Native- Born in the United States, 0, Not in universe, 2, 0, 95, - 50000.";
const incomeRows = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => `${from + i},${i % 9 ? INCOME : INCOME.replace("- 50000.", "50000+.")}`,
  );

Deno.test("income: UCI's two files, one below the other; columns of more than 55 values are numbers", async () => {
  const files = {
    "census-income.data": incomeRows(0, 50).join("\n") + "\n",
    "census-income.test": incomeRows(50, 56).join("\r\n") + "\r\n",
  };
  const table = await tableOf("income", 56, files);
  const numeric = table.columns.filter(({ kind }) => kind === "numeric").map(({ name }) => name);
  assert.deepEqual(numeric, ["age"]);
  assert.deepEqual(cellsOf(table, "age").slice(-2), [54, 55]);
  assert.deepEqual(cellsOf(table, "migration code-change in msa")[0], "?");
  assert.deepEqual(cellsOf(table, "income level").slice(0, 2), ["50000+.", "- 50000."]);
  const packed = {
    "census-income.data.gz": files["census-income.data"],
    "census-income.test.gz": files["census-income.test"],
  };
  assert.deepEqual((await tableOf("income", 56, packed)).columns, table.columns);
  const fewer = await tableOf("income", 55, {
    ...files,
    "census-income.test": incomeRows(50, 55).join("\n"),
  });
  assert.ok(fewer.columns.every(({ kind }) => kind === "categorical"));
});

Deno.test("income: OpenML's file gives the same table as UCI's", async () => {
  const rows = incomeRows(0, 60);
  const quoted = rows.map((row) =>
    row.split(",").map((cell) => /^[\d.]+$/.test(cell.trim()) ? cell.trim() : `'${cell}'`).join(",")
  );
  const head = [
    "@RELATION Census-income",
    ...Array.from({ length: 42 }, (_, i) => `@ATTRIBUTE V${i + 1} REAL`),
    "@DATA",
  ];
  const arff = await tableOf("income", 60, { "census-income.arff": [...head, ...quoted].join("\n") });
  const plain = await tableOf("income", 60, {
    "census-income.data": rows.slice(0, 30).join("\n"),
    "census-income.test": rows.slice(30).join("\n"),
  });
  assert.deepEqual(arff.columns, plain.columns);
});
