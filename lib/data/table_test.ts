import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { parseCsv } from "./csv.ts";
import { readTable, type Table, type TableOptions, typeTable } from "./table.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const tableOf = (text: string, options: TableOptions = {}): Table =>
  typeTable(parseCsv(bytes(text), "t.csv", options), options);

function refuses(content: string | Uint8Array, message: RegExp, options: TableOptions = {}): void {
  const body = typeof content === "string" ? bytes(content) : content;
  assert.throws(() => typeTable(parseCsv(body, "t.csv", options), options), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("a table is the same whatever its delimiter, line ends, byte-order mark and packing", () => {
  const plain = tableOf("a,b,c\n1,x,2.5\n-3e2,y,\n");
  assert.deepEqual(plain.columns, [
    { name: "a", kind: "numeric", values: Float64Array.of(1, -300) },
    { name: "b", kind: "categorical", classes: ["x", "y"], codes: Int32Array.of(0, 1) },
    { name: "c", kind: "numeric", values: Float64Array.of(2.5, NaN) },
  ]);
  assert.deepEqual(tableOf("\ufeffa;b;c\r\n1;x;2.5\r\n-3e2;y;\r\n"), plain);
  assert.deepEqual(tableOf('"a"\t"b"\tc\n1\t "x" \t2.5\n-3e2\ty\t\n'), plain);
  assert.deepEqual(tableOf("a|b|c\n1|x|2.5\n-3e2|y|\n"), plain);
  assert.deepEqual(tableOf("a:b:c\n1:x:2.5\n-3e2:y:\n", { delimiter: ":" }), plain);
  const utf16 = new Uint8Array(
    Uint16Array.from("\ufeffa,b,c\n1,x,2.5\n-3e2,y,\n", (c) => c.charCodeAt(0)).buffer,
  );
  assert.deepEqual(typeTable(parseCsv(utf16, "t.csv")), plain);
  assert.deepEqual(typeTable(parseCsv(gzipSync(bytes("a,b,c\r1,x,2.5\r-3e2,y,\r")), "t.csv")), plain);
});

Deno.test("quoted cells keep delimiters, quotes and line ends, and lines are counted through them", () => {
  const table = tableOf('a,b\n"x, ""y""\nz",1\n\nw,2\n');
  const [a] = table.columns;
  assert.deepEqual(a?.kind === "categorical" && a.classes, ["w", 'x, "y"\nz']);
  assert.deepEqual([...table.lines], [2, 5]);
});

Deno.test("a first row with a number is data unless it is declared to be a header", () => {
  assert.deepEqual(tableOf("x,1\ny,2\n").columns.map(({ name }) => name), ["column1", "column2"]);
  assert.deepEqual(tableOf("x,1\ny,2\n", { header: true }).columns.map(({ name }) => name), ["x", "1"]);
  assert.equal(tableOf("x,y\nz,w\n", { header: false }).rows, 2);
  assert.deepEqual(tableOf(",y\n1,2\n").columns.map(({ name }) => name), ["column1", "y"]);
  assert.deepEqual(tableOf("2001,2002,price\n1,2,3\n").columns.map(({ name }) => name), [
    "2001",
    "2002",
    "price",
  ]);
  assert.deepEqual(tableOf("1,NA\n3,4\n").columns.map(({ name }) => name), ["column1", "column2"]);
  assert.deepEqual(tableOf("a,\n1,\n2,\n").columns.map(({ name }) => name), ["a"]);
});

Deno.test("kinds are found by content and can be declared", () => {
  const text = "a,b,c\n1,007,NA\n1.0,7,nan\n2,x,?\n10,y,NULL\n";
  const found = tableOf(text).columns.map(({ kind }) => kind);
  assert.deepEqual(found, ["numeric", "categorical", "numeric"]);
  const [declared] = tableOf(text, { categorical: ["a"] }).columns;
  assert.deepEqual(declared, {
    name: "a",
    kind: "categorical",
    classes: ["1", "2", "10"],
    codes: Int32Array.of(0, 0, 1, 2),
  });
  const [, , c] = tableOf(text, { missing: ["na"], numeric: [] }).columns;
  assert.deepEqual(c?.kind === "categorical" && c.classes, ["?", "NULL", "nan"]);
});

Deno.test("numbers are decimal numbers; other notations and codes are texts", () => {
  const kindOf = (cells: string) => tableOf(`a\n${cells}\n`, { header: true }).columns[0];
  assert.deepEqual(kindOf("+.5\n-2.\n1E-3"), {
    name: "a",
    kind: "numeric",
    values: Float64Array.of(0.5, -2, 0.001),
  });
  for (const cells of ["0x10\n0x11", "1_000\n2_000", "flat 3\nflat 4", "true\nfalse"]) {
    assert.equal(kindOf(cells)?.kind, "categorical", cells);
  }
  const codes = tableOf("a\n007\n7\n7.0\n12345678901234567\n", { categorical: ["a"] }).columns[0];
  assert.deepEqual(codes?.kind === "categorical" && codes.classes, ["007", "7", "12345678901234567"]);
});

Deno.test("numbers that only people read are refused with how to write them", () => {
  const cases: [string, RegExp][] = [
    [
      '"1,250,000"\n"2,500,000"',
      /found "1,250,000"; write such numbers as 1250000, or declare the column cat/,
    ],
    [
      '"1,000"\n"2,500"',
      /found "1,000"; write 1000 if the comma groups thousands, 1\.000 if it is a decimal/,
    ],
    ["75%\n51%", /found "75%"; write such numbers as 75,/],
  ];
  for (const [cells, message] of cases) refuses(`a;b\n${cells.replaceAll("\n", ";1\n")};1\n`, message);
});

Deno.test("a line for spreadsheets names the delimiter; letters with accents are one in either form", () => {
  const { columns, lines } = tableOf("sep=;\nx;cafe\u0301\n1,5 m;2\n3 m;4\n");
  assert.deepEqual(columns.map(({ name }) => name), ["x", "caf\u00e9"]);
  assert.deepEqual([...lines], [3, 4]);
  assert.equal(
    tableOf("cafe\u0301\n1\n2\n", { categorical: ["cafe\u0301"] }).columns[0]!.kind,
    "categorical",
  );
});

Deno.test("dates are days since 1970, where a whole column has them", () => {
  const [day, mixed] = tableOf("day,mixed\n2024-01-02,2024-01-02\n,x\n1970-01-02,y\n").columns;
  assert.deepEqual(day, {
    name: "day",
    kind: "numeric",
    values: Float64Array.of(19724, NaN, 1),
    dates: true,
  });
  assert.equal(mixed?.kind, "categorical");
  assert.equal(tableOf("d\n2024-01-02\n", { categorical: ["d"] }).columns[0]!.kind, "categorical");
});

Deno.test("blanks inside quotes, zero-width characters and forms of letters make no other cells", () => {
  const { columns } = tableOf('"x ",c\u200b\n" ","a "\n1,cafe\u0301\n2,caf\u00e9\n');
  assert.deepEqual(columns, [
    { name: "x", kind: "numeric", values: Float64Array.of(NaN, 1, 2) },
    { name: "c", kind: "categorical", classes: ["a", "caf\u00e9"], codes: Int32Array.of(0, 1, 1) },
  ]);
});

Deno.test("a table that is wrong is refused with file, line and column", () => {
  refuses("a,b\n1,2\n1,2,3\n", /^t\.csv, line 3: expected 2 cells \(cut at commas\), found 3$/);
  refuses("a;b\n1;2\n\n1\n", /line 4: expected 2 cells \(cut at semicolons\), found 1$/);
  refuses(
    "# by a tool\na,b\n1,2\n",
    /line 2: .*; is line 1 a comment or a title\? The first line must hold the/,
  );
  refuses("a,b\n1,2\n# end\n", /line 3: expected 2 cells .*, found 1; is it a comment\? Remove it/);
  refuses("a,b\n1,2,\n3,4,\n", /line 2: expected 2 cells .*, found 3; does each row end with a delimiter/);
  refuses("", /expected a table, found an empty file/);
  refuses("\n \n", /empty file/);
  refuses("a,b\n", /expected rows below the header, found none/);
  refuses("a,b,a\n1,2,3\n", /line 1: columns 1 and 3 are both called "a"/);
  refuses(
    "a\n1\n2\nabc\n",
    /line 4, column "a": expected a number, found "abc", where 2 of 3 cells are numbers/,
  );
  refuses("a\nx\n1\n", /line 2, column "a": expected a number, found "x"$/, { numeric: ["a"] });
  refuses(
    "a\n1\n1e999\n",
    /line 3, column "a": expected a finite number, found "1e999"; declare the text as a missing cell if it is one$/,
  );
  refuses("a\n1\n-Infinity\n", /expected a finite number, found "-Infinity"/);
  refuses("a;b\n1,5;2\n", /line 2, column "a": .* found "1,5"; write such numbers as 1.5/);
  refuses("age,sex\n1,2\n", /t\.csv: no column "Age "; known: age, sex/, { numeric: ["Age "] });
  refuses("a\n1\n", /column "a" is declared numeric and categorical/, { numeric: ["a"], categorical: ["a"] });
  refuses('a,b\n1,2\n"3,4\n5,6\n', /in the row from line 3: a quoted cell is never closed/);
  refuses('a,b\n1,2\n3,x"y\n', /line 3: a quote stands inside a cell/);
});

Deno.test("what is no text is refused", () => {
  refuses(Uint8Array.of(0x61, 0x0a, 0x00, 0x62), /line 2: expected a text table, found a binary file/);
  refuses(Uint8Array.of(0x61, 0x00, 0x0a, 0x00), /found UTF-16 without its mark/);
  refuses("PK\x03\x04", /expected a CSV or Parquet file, found an Excel or zip file/);
  refuses('[{"a": 1}]', /found JSON/);
  refuses("<!doctype html><p>", /found a page of HTML or XML/);
  refuses(Uint8Array.of(0x61, 0x0a, 0xe4, 0x0a), /line 2: expected UTF-8 text/);
  refuses(gzipSync(bytes("a,b\n1,2\n")).subarray(0, 20), /truncated or damaged gzip file/);
});

Deno.test("a path without a file, or to a folder, is refused", async () => {
  await assert.rejects(readTable("nowhere/t.csv"), /nowhere\/t\.csv: no such table file/);
  await assert.rejects(readTable("."), /expected a table file, found a folder/);
});
