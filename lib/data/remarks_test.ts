import assert from "node:assert/strict";
import { parseCsv } from "./csv.ts";
import { typeTable } from "./table.ts";

/** The remarks on a table of a column `c` with these cells. */
function remarks(cells: string[], head = "c"): string[] {
  const said: string[] = [];
  typeTable(parseCsv(new TextEncoder().encode([head, ...cells].join("\n")), "t.csv"), {
    notify: (message) => said.push(message.replace('t.csv, column "c": ', "")),
  });
  return said;
}
const twenty = (cell: (i: number) => string) => Array.from({ length: 20 }, (_, i) => cell(i));

Deno.test("what a column may be in truth is remarked on", () => {
  const cases: [string[], RegExp][] = [
    [["02116", "10001"], /^"02116" begins with a zero; the column is taken for numbers/],
    [["12345678901234567", "1"], /^"12345678901234567" has more digits than numbers keep here \(15\)/],
    [["20240101", "20241231"], /^numbers such as 20240101 look like dates/],
    [["2024-01-02", "2024-02-03"], /^dates are taken for numbers, days since 1970/],
    [["1/2/2024", "3/4/2024"], /^dates or times such as "1\/2\/2024" are taken for classes/],
    [["a", "b", "None"], /^"None" is taken for a class, not for a missing cell/],
    [["Red", "red"], /^classes that differ only in their letters' case .*: Red, red$/],
    [["a", "b", "7"], /^numbers such as "7" are taken for classes, as most cells are no numbers/],
    [twenty((i) => `${i} kg`), /^texts such as "0 kg" are taken for classes; if they are quantities/],
    [["NA", "EU", "AS"], /^cells "NA" count as missing; say so if they are a code/],
  ];
  for (const [cells, message] of cases) {
    const said = remarks(cells);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0]!, message);
  }
  assert.match(
    remarks(["0,1", "1,2"], ",x")[0]!,
    /^t\.csv: column 1 has no name; .* remove it if it numbers the rows$/,
  );
  assert.match(remarks(["2,x"], "1,y")[0]!, /^t\.csv: the first row has numbers .* column1 to column2$/);
});

Deno.test("plain columns call for no remark", () => {
  for (const cells of [["1.5", "2", ""], ["a", "b", "a"], ["5A", "6B"], ["True", "False"], ["NA", "1"]]) {
    assert.deepEqual(remarks(cells), [], cells.join());
  }
});
