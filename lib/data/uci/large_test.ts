import assert from "node:assert/strict";
import { join } from "node:path";
import { encode } from "../encode.ts";
import { fitSchema } from "../schema.ts";
import type { Table } from "../table.ts";
import { isEmbedded, type LargeFacts, uciFacts } from "./facts.ts";
import { columnsDigest, isPresent, readLarge } from "./large.ts";
import { refuses, withFiles } from "./support_test.ts";

/** A large set of so many rows whose files are taken as they are found. */
function factsOf(name: string, n: number): LargeFacts {
  const facts = uciFacts(name);
  if (isEmbedded(facts)) throw new Error(`expected a large set, found ${name}`);
  const choices = facts.choices.map((choice) =>
    choice.map((source) => "file" in source ? { ...source, sha256: null } : source)
  );
  return { ...facts, n, choices };
}

/** The table of a large set in files of so many rows. */
const tableOf = (name: string, n: number, files: Record<string, string>): Promise<Table> =>
  withFiles(files, (folders) => readLarge(factsOf(name, n), folders));

/** What a column holds, missing cells as null. */
function cellsOf(table: Table, name: string): (number | string | null)[] {
  const column = table.columns.find((column) => column.name === name)!;
  return column.kind === "numeric"
    ? Array.from(column.values, (value) => Number.isNaN(value) ? null : value)
    : Array.from(column.codes, (code) => column.classes[code] ?? null);
}

/** Numbers as HIGGS.csv.gz has them. */
const higgsRow = (label: number, value: number) =>
  [label, ...Array.from({ length: 28 }, (_, i) => Math.fround(value + i / 7))]
    .map((x) => x.toExponential(18).replace(/e([+-])(\d)$/, "e$10$2")).join(",");
const HIGGS = Array.from({ length: 40 }, (_, i) => higgsRow(i % 2, i - 20.3)).join("\n") + "\n";

/** kick.arff as OpenML writes it: names as they are, nominal values with blanks quoted, ? for a missing cell. */
function kickText(rows: string[]): string {
  const facts = factsOf("kick", rows.length);
  const attributes = facts.columns.map((name) =>
    `@ATTRIBUTE ${name} ${facts.categorical.reference.includes(name) ? "{0,1}" : "INTEGER"}`
  );
  return ["@RELATION kick", "", ...attributes, "", "@DATA", ...rows, ""].join("\r\n");
}

const KICK = [
  "0,1260144000,ADESA,2006,3,MAZDA,MAZDA3,i,'4D SEDAN I',RED,AUTO,1,Alloy,89046,'OTHER ASIAN',MEDIUM,OTHER,8155,9829," +
  "11636,13600,7451,8552,11597,12409,?,?,21973,33619,FL,7100,0,1113",
  "1,1260144000,ADESA,2004,5,DODGE,'1500 RAM PICKUP 2WD',ST,'QUAD CAB 4.7L SLT',WHITE,AUTO,1,Alloy,93593,AMERICAN," +
  "'LARGE TRUCK',CHRYSLER,6854,8383,10897,12572,7456,9222,11374,12791,?,?,19638,33619,FL,7600,0,1053",
  "0,1260230400,MANHEIM,2005,4,DODGE,'STRATUS V6',SXT,'4D SEDAN SXT FFV',MAROON,AUTO,?,?,73807,AMERICAN,MEDIUM," +
  "CHRYSLER,3202,4760,?,?,4035,5557,7146,8702,YES,GREEN,19638,33619,FL,4900,0,1389",
];

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

Deno.test("columns are kept: read again without the files, made again when something has changed", async () => {
  await withFiles({ "HIGGS.csv.gz": HIGGS }, async (folders) => {
    const facts = factsOf("higgs", 40);
    const file = join(folders.cache, "HIGGS.csv.gz");
    const [store, index] = ["safetensors", "json"].map((end) =>
      join(folders.cache, `higgs.columns.${end}`)
    ) as [
      string,
      string,
    ];
    const table = await readLarge(facts, folders);
    const made = async () => (await Deno.stat(store)).ino;
    const first = await made();
    assert.deepEqual(await readLarge(facts, folders), table);
    assert.equal(await made(), first);
    const digest = await columnsDigest(facts, folders);
    assert.match(digest!, /^[0-9a-f]{64}$/);
    const bytes = await Deno.readFile(store);
    const last = bytes.length - 1;
    for (const torn of [bytes.subarray(0, 900), bytes.with(last, bytes[last]! ^ 1), new Uint8Array()]) {
      await Deno.writeFile(store, torn);
      assert.deepEqual(await readLarge(facts, folders), table);
    }
    await Deno.writeTextFile(index, "{");
    assert.deepEqual(await readLarge(facts, folders), table);
    assert.equal(await columnsDigest(facts, folders), digest);
    await Deno.writeTextFile(file, HIGGS.replaceAll("e+00", "e+01"));
    assert.notDeepEqual(await readLarge(facts, folders), table);
    assert.notEqual(await columnsDigest(facts, folders), digest);
    await Deno.remove(file);
    assert.ok(await isPresent(facts, folders));
    assert.equal((await readLarge(facts, folders)).rows, 40);
    const names = [...Deno.readDirSync(folders.cache)].map(({ name }) => name);
    assert.deepEqual(names.sort(), ["higgs.columns.json", "higgs.columns.lock", "higgs.columns.safetensors"]);
  });
});

Deno.test("what is wrong with a file is told before anything is kept", async () => {
  await withFiles({ "HIGGS.csv.gz": HIGGS }, async (folders) => {
    await refuses(readLarge(factsOf("higgs", 41), folders), /HIGGS\.csv\.gz: expected 41 rows, found 40/);
    await Deno.writeTextFile(join(folders.cache, "HIGGS.csv.gz"), HIGGS.replace("-6.", "x"));
    await refuses(
      readLarge(factsOf("higgs", 40), folders),
      /line \d+, column "\w+": expected a number, found "x/,
    );
    const names = [...Deno.readDirSync(folders.cache)].map(({ name }) => name);
    assert.deepEqual(names.sort(), ["HIGGS.csv.gz", "higgs.columns.lock"]);
    const known = uciFacts("higgs");
    await refuses(readLarge({ ...factsOf("higgs", 40), ...known }, folders), /expected 2816407858 bytes/);
  });
});

Deno.test("a file that nobody vouches for is asked for, and has to have the digest beside it", async () => {
  await withFiles({}, async (folders) => {
    assert.equal(await isPresent(factsOf("kick", 3), folders), false);
    await refuses(
      readLarge(factsOf("kick", 3), folders),
      /kick\.arff: no such file .*get kick\.arff from https:/,
    );
    await refuses(
      readLarge(factsOf("income", 3), folders),
      /census-income\.arff: no such file/,
      /census-income\.test/,
    );
    await Deno.writeTextFile(join(folders.cache, "kick.arff"), kickText(KICK));
    assert.equal(await isPresent(factsOf("kick", 3), folders), true);
    await Deno.writeTextFile(join(folders.cache, "kick.arff.sha256"), `${"0".repeat(64)}  kick.arff\n`);
    await refuses(readLarge(factsOf("kick", 3), folders), /expected SHA-256 0{64} as in the file beside it/);
  });
});
