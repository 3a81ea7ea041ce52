import type { RawTable } from "./csv.ts";
import type { TableColumn } from "./table.ts";
import { beginsWithNumber, isOtherDate, numberAdvice, numberOf } from "./writing.ts";

/** Texts that often stand for a missing cell, and as often do not. */
const PERHAPS_MISSING = "none - -- . n.a. nil missing \\n #value! #div/0!".split(" ");
/** As many digits as every number keeps. */
const DIGITS = 15;

/** What a column of a table that nobody declared may be in truth, a sentence each. */
export function remarksOn(
  column: TableColumn,
  cells: readonly string[],
  { source, unnamed = [] }: RawTable,
  index: number,
): string[] {
  const where = `${source}, column "${column.name}"`;
  const found = column.kind === "categorical"
    ? ofClasses(column.classes, cells)
    : ofNumbers(cells, column.dates);
  const said = found.filter((text) => text !== undefined).map((text) => `${where}: ${text}`);
  if (!unnamed.includes(index)) return said;
  const advice = `it is a feature here, "${column.name}": remove it if it numbers the rows`;
  return [`${source}: column ${index + 1} has no name; ${advice}`, ...said];
}

/** Sentences; undefined for one that does not hold. */
type Remarks = (string | undefined)[];
const CODES = "declare it categorical if it holds codes";

function ofNumbers(cells: readonly string[], dates?: true): Remarks {
  if (dates) {
    return ["dates are taken for numbers, days since 1970; declare it categorical if it has classes"];
  }
  const zero = cells.find((text) => /^[+-]?0\d+$/.test(text));
  const long = cells.find((text) => /^[+-]?\d+$/.test(text) && text.replace(/^[+-]?0*/, "").length > DIGITS);
  const present = cells.filter((text) => text !== "");
  const isCompact = (text: string) => /^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(text);
  const compact = present.every(isCompact) ? present[0] : undefined;
  return [
    zero && `"${zero}" begins with a zero; the column is taken for numbers: ${CODES}`,
    long && `"${long}" has more digits than numbers keep here (${DIGITS}); ${CODES}`,
    compact && `numbers such as ${compact} look like dates; written as 2024-12-31 they are taken for days`,
  ];
}

function ofClasses(classes: readonly string[], cells: readonly string[]): Remarks {
  const date = classes.find(isOtherDate);
  const missing = classes.find((label) => PERHAPS_MISSING.includes(label.toLowerCase()));
  const known = new Map<string, string>();
  const pair = classes.map((label) => {
    const lower = label.toLowerCase();
    const earlier = known.get(lower);
    known.set(lower, label);
    return earlier && [earlier, label];
  }).find((found) => found !== undefined);
  const isNumber = (label: string) => !Number.isNaN(numberOf(label)) || numberAdvice(label) !== undefined;
  const number = classes.find(isNumber);
  const kind = classes.every(isNumber)
    ? `its texts, such as "${number}", are all numbers; they are classes, as in the file: ` +
      "declare it numeric if they are quantities"
    : `numbers such as "${number}" are taken for classes, as most cells are no numbers`;
  const quantities = classes.filter((label) =>
    beginsWithNumber(label) && !isNumber(label) && !isOtherDate(label)
  );
  const quantity = quantities.length > Math.max(10, classes.length / 2) ? quantities[0] : undefined;
  const codes = classes.every((label) => /^[A-Z]{2}$/.test(label)) && cells.includes("NA");
  return [
    date && `dates or times such as "${date}" are taken for classes; ` +
      "a date written as 2024-12-31 is taken for a number of days",
    missing && `"${missing}" is taken for a class, not for a missing cell; declare it as one if it is`,
    pair && `classes that differ only in their letters' case are classes of their own: ${pair.join(", ")}`,
    number && kind,
    quantity &&
    `texts such as "${quantity}" are taken for classes; if they are quantities, write their numbers alone`,
    codes ? 'cells "NA" count as missing; say so if they are a code like the others' : undefined,
  ];
}
