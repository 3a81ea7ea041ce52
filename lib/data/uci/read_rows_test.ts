import assert from "node:assert/strict";
import { join } from "node:path";
import { eachRow, type RowFile } from "./large.ts";
import { refuses, withFiles } from "./support_test.ts";

const NAMES = ["size", "colour", "y"];

/** The cells of a file of three columns. */
const rowsOf = (text: string, head: RowFile["head"]): Promise<string[][]> =>
  withFiles({ data: text }, async ({ cache }) => {
    const rows: string[][] = [];
    await eachRow([{ path: join(cache, "data"), head }], NAMES, (cells) => void rows.push(cells));
    return rows;
  });

const HEAD =
  "% made by hand\r\n@RELATION 'a b'\r\n\r\n@attribute size numeric\r\n@ATTRIBUTE 'colour' {red, 'dark blue'}\n" +
  "@attribute\ty\tREAL\n@DATA\n";

Deno.test("cells lose blanks around them; line ends and empty lines do not count", async () => {
  const expected = [["1", "red", "2.5"], ["3", "", "4"]];
  assert.deepEqual(await rowsOf("1, red,\t2.5\r\n\r\n 3,,4 \n \n\n", "none"), expected);
  assert.deepEqual(await rowsOf("size,colour,y\n1,red,2.5\n3,,4", "names"), expected);
});

Deno.test("ARFF: comments, quotes with commas, and names in any case and order of letters", async () => {
  const rows = await rowsOf(`${HEAD}1,'dark, blue',2\r\n% no row\r\n?,"it\\"s",?\n\n`, "arff");
  assert.deepEqual(rows, [["1", "'dark, blue'", "2"], ["?", '"it\\"s"', "?"]]);
});

Deno.test("what is no such file is told with its line", async () => {
  await refuses(rowsOf("1,2,3\n1,2\n", "none"), /data, line 2: expected 3 cells, found 2$/);
  await refuses(rowsOf("1,2,3\n1,2,3,4,5\n", "none"), /line 2: expected 3 cells, found 5$/);
  await refuses(rowsOf(`${HEAD}1,'blue,2\n`, "arff"), /line 8: a quoted cell is never closed/);
  await refuses(
    rowsOf(`${HEAD}{0 1, 2 5}\n`, "arff"),
    /line 8: expected one cell per attribute, found a sparse row/,
  );
  await refuses(rowsOf("1,2,3\n", "arff"), /line 1: expected @relation, @attribute or @data, found "1,2,3"/);
  await refuses(rowsOf("@relation r\n", "arff"), /expected @data, found the end of the file/);
  await refuses(rowsOf("@attribute size real\n@data\n1\n", "arff"), /expected 3 attributes, found 1/);
  const other = HEAD.replace("'colour'", "color");
  await refuses(rowsOf(`${other}1,red,2\n`, "arff"), /expected attribute 2 to be "colour", found "color"/);
});

Deno.test("OpenML's names of nameless columns are taken", async () => {
  const head = "@relation r\n@attribute V1 real\n@attribute V2 {a,b}\n@attribute V3 real\n@data\n";
  assert.deepEqual(await rowsOf(`${head}1,a,2\n`, "arff"), [["1", "a", "2"]]);
});
