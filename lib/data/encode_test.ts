import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { decodeTarget, encode, readTableLike } from "./encode.ts";
import { fitSchema, parseSchema, type SchemaOptions } from "./schema.ts";
import { parseCsv } from "./csv.ts";
import { type TableOptions, typeTable } from "./table.ts";

const tableOf = (text: string, options: TableOptions = {}) =>
  typeTable(parseCsv(new TextEncoder().encode(text), "t.csv", options), options);
const quiet = { notify: () => {} };

const TABLE = "size,colour,class,y\n1,red,b,10\n3,,a,20\n,blue,b,40\n8,red,c,\n";
const trainRows = Int32Array.of(0, 1);

Deno.test("features are standardised over all rows, targets over the train rows", () => {
  const { columns } = fitSchema(tableOf(TABLE), { targets: ["y"], trainRows, ...quiet });
  assert.deepEqual(columns[0], {
    name: "size",
    kind: "numeric",
    target: false,
    classes: [],
    mean: 4,
    deviation: Math.sqrt((9 + 1 + 16) / 3),
  });
  assert.deepEqual(columns[1]?.classes, ["blue", "red"]);
  assert.deepEqual([columns[3]?.mean, columns[3]?.deviation, columns[3]?.target], [15, 5, true]);
});

Deno.test("without semi-supervision features know the train rows only; target classes come from all rows", () => {
  const options = {
    targets: ["class"],
    trainRows,
    semiSupervised: false,
    uninformative: "drop" as const,
    ...quiet,
  };
  const { columns } = fitSchema(tableOf(TABLE), options);
  assert.deepEqual(columns.map(({ name }) => name), ["size", "class", "y"]);
  assert.deepEqual([columns[0]?.mean, columns[0]?.deviation], [2, 1]);
  assert.deepEqual(columns[1]?.classes, ["a", "b", "c"]);
});

Deno.test("an encoded table holds z-scores, class indices and marks for missing cells", () => {
  const table = tableOf(TABLE);
  const encoded = encode(table, fitSchema(table, { targets: ["y"], trainRows, ...quiet }));
  const s = Math.sqrt(26 / 3);
  assert.deepEqual(encoded.values, Float32Array.of(-3 / s, -1, -1 / s, 1, 0, 5, 4 / s, 0));
  assert.deepEqual(encoded.codes, Int32Array.of(1, 1, -1, 0, 0, 1, 1, 2));
  assert.deepEqual([...encoded.missing], [0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
});

Deno.test("a schema survives JSON, and damaged JSON is refused", () => {
  const schema = fitSchema(tableOf(TABLE), { targets: ["y"], ...quiet });
  assert.deepEqual(parseSchema(JSON.stringify(schema), "m.safetensors"), schema);
  assert.throws(() => parseSchema("{", "m.safetensors"), /m\.safetensors: the schema is not valid JSON/);
  assert.throws(() => parseSchema("null", "m"), /has no columns/);
  const damaged = JSON.stringify(schema).replace('"deviation":', '"deviance":');
  assert.throws(() => parseSchema(damaged, "m"), /column 1 of the schema is damaged/);
});

Deno.test("numbers keep their exact value at a constant column and a large offset", () => {
  const table = tableOf("a,b,y\n0.1,1000000001,1\n0.1,1000000002,2\n0.1,1000000003,3\n");
  const { columns } = fitSchema(table, { targets: ["y"], uninformative: "drop", ...quiet });
  assert.deepEqual(columns.map(({ name }) => name), ["b", "y"]);
  assert.deepEqual([columns[0]?.mean, columns[0]?.deviation], [1000000002, Math.sqrt(2 / 3)]);
});

Deno.test("a table that cannot be learnt from is refused", () => {
  const refuses = (
    text: string,
    message: RegExp,
    options: Partial<SchemaOptions> = {},
    kinds: TableOptions = {},
  ) =>
    assert.throws(
      () => fitSchema(tableOf(text, kinds), { targets: ["y"], ...quiet, ...options }),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  refuses("yes,z\n1,2\n3,4\n", /t\.csv: no target column "y"; known: yes, z/);
  refuses("a,y\n1,2\n3,2\n", /target "y": nothing to learn, its only value is "2" in the train rows/);
  refuses("a,y\n1,2\n3,4\n", /its only value is "2"/, { trainRows: Int32Array.of(0) });
  refuses("a,y\n1,u\n3,v\n", /its only value is "v"/, { trainRows: Int32Array.of(1) });
  refuses("a,y\n1,\n3,\n", /target "y": nothing to learn, it has no value/);
  refuses(
    "a,b,y\n1,5,2\n3,5,4\n",
    /column "b": its only value is "5"; remove it$/,
  );
  refuses("a,b,y\n1,?,2\n3,,4\n", /column "b": it has no value/);
  refuses("y\n1\n2\n", /no feature beside the target/);
  refuses("a,y\n5,1\n5,2\n", /no feature beside the target/, { uninformative: "drop" });
  refuses("a,y\n1e300,1\n-1e300,2\n", /column "a": its numbers are too large to be standardised/);
  refuses("a,y\n1,2\n3,4\n", /no target was named/, { targets: [] });
});

Deno.test("doubtful columns are remarked on", () => {
  const remarks: string[] = [];
  const ids = Array.from({ length: 30 }, (_, i) => `row${i},5,${i % 2}`);
  fitSchema(tableOf(`id,b,y\n${ids.join("\n")}\nrow30,,\n`), {
    targets: ["y"],
    uninformative: "drop",
    notify: (text) => remarks.push(text),
  });
  assert.match(remarks[0]!, /column "id" has 31 classes in 31 rows/);
  assert.match(remarks[1]!, /column "b": its only value is "5"; it is left out/);
  assert.match(remarks[2]!, /target "y" has only the values 0 and 1 .* declare it categorical/);
  assert.match(remarks[3]!, /target "y": 1 of 31 train rows have no label/);
  assert.equal(remarks.length, 4);
});

Deno.test("rows to predict may lack the target and have other columns, in any order", async () => {
  const schema = fitSchema(tableOf(TABLE), { targets: ["y"], ...quiet });
  const path = await Deno.makeTempFile();
  const read = async (text: string) => {
    await Deno.writeTextFile(path, text);
    return encode(await readTableLike(path, schema), schema, quiet);
  };
  try {
    const encoded = await read("class,remark,size,colour\nb,1,1,red\na,two,3,\n");
    assert.deepEqual(encoded.values, Float32Array.of(-3 / Math.sqrt(26 / 3), 0, -1 / Math.sqrt(26 / 3), 0));
    assert.deepEqual([...encoded.missing], [0, 0, 0, 1, 0, 1, 0, 1]);
    await assert.rejects(read("class,size,colours\nb,1,red\n"), /expected a column "colour"; .*colours/);
    await assert.rejects(read("class,size,colour\nb,one,red\n"), /line 2, column "size": expected a number/);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a class that training never showed: missing in a feature, an error in a label", () => {
  const schema = fitSchema(tableOf(TABLE), { targets: ["class"], ...quiet });
  const remarks: string[] = [];
  const test = tableOf("size,colour,class,y\n1,green,b,1\n1,red,b,1\n1,green,,1\n");
  const { codes } = encode(test, schema, { notify: (text) => remarks.push(text) });
  assert.deepEqual([...codes], [-1, 1, 1, 1, -1, -1]);
  assert.match(
    remarks[0]!,
    /column "colour": 2 of 3 cells hold 1 classes that never occur in training \("green"\)/,
  );
  assert.throws(
    () => encode(tableOf("size,colour,class,y\n1,red,b,1\n1,red,d,1\n"), schema, quiet),
    /t\.csv, line 3, target "class": class "d"; known: a, b, c; it never occurs in training/,
  );
});

Deno.test("a class written as 1 in one file and 1.0 in another is the same, declared or not", () => {
  const schema = fitSchema(tableOf("k,y\n1,5\n2,6\n", { categorical: ["k"] }), { targets: ["y"] });
  assert.deepEqual([...encode(tableOf("k,y\n2.0,5\n1.0,6\n"), schema).codes], [1, 0]);
  const numeric = fitSchema(tableOf("k,y\n1,5\n3,6\n"), { targets: ["y"] });
  assert.equal(encode(tableOf("k,y\n3.0,5\n1,6\n", { categorical: ["k"] }), numeric).values[0], 1);
  assert.throws(
    () => encode(tableOf("k,y\nx,5\n1,6\n"), numeric),
    /line 2, column "k": expected a number, found "x"/,
  );
});

Deno.test("predictions come back in the target's units, or as classes with probabilities", () => {
  const schema = fitSchema(tableOf(TABLE), { targets: ["class", "y"], trainRows, ...quiet });
  // n 2, dn 2 (size, y), dc 2 (colour, class), C 4
  const logits = Float32Array.of(0, 0, -1e9, -1e9, 0, Math.log(2), 0, -1e9, 0, 0, -1e9, -1e9, 3, 1, 1, -1e9);
  const outputs = { values: Float32Array.of(7, 1, 7, -2), logits };
  assert.deepEqual(decodeTarget(schema, "y", outputs, 2), {
    kind: "numeric",
    values: Float64Array.of(20, 5),
  });
  const decoded = decodeTarget(schema, "class", outputs, 2);
  assert.ok(decoded.kind === "categorical");
  assert.deepEqual(decoded.labels, ["b", "a"]);
  [0.25, 0.5, 0.25].forEach((p, i) => assert.ok(Math.abs(decoded.probabilities[i]! - p) < 1e-7));
  assert.equal(decoded.probabilities.length, 6);
  outputs.values[3] = NaN;
  assert.throws(
    () => decodeTarget(schema, "y", outputs, 2),
    /prediction of "y" for row 2 is not a finite number/,
  );
  logits[4] = NaN;
  assert.throws(
    () => decodeTarget(schema, "class", outputs, 2),
    /prediction of "class" for row 1 is not a finite/,
  );
});

Deno.test("dates where a model knows numbers are refused, and the other way round", () => {
  const [numbers, dates] = ["1", "2024-01-01"].map((cell) =>
    tableOf(`x,y\n${cell},1\n${cell.replace("1", "2")},2\n`)
  );
  const schemaOf = (table: typeof numbers) => fitSchema(table!, { targets: ["y"], ...quiet });
  assert.equal(parseSchema(JSON.stringify(schemaOf(dates)), "m").columns[0]!.dates, true);
  assert.throws(() => encode(dates!, schemaOf(numbers)), /t\.csv, column "x": expected numbers, found dates/);
  assert.throws(() => encode(numbers!, schemaOf(dates)), /t\.csv, column "x": expected dates, found numbers/);
});
