import { UserError } from "../errors.ts";
import { classOf, hasDecimalComma, numberOf, sortClasses } from "./cells.ts";

export type Numbers = Float32Array | Float64Array;

/** A typed column of a table; rows in file order. */
export type TableColumn =
  | { name: string; kind: "numeric"; /** [n], NaN where missing */ values: Numbers }
  | {
    name: string;
    kind: "categorical";
    /** sorted distinct */ classes: string[];
    /** [n] index into `classes`, -1 where missing */ codes: Int32Array;
  };

/** What a message says about a column's place. */
export interface ColumnSource {
  source: string;
  name: string;
  lines: ArrayLike<number>;
}

/** The error for a cell that is not the number that was expected. */
export function notANumber(at: ColumnSource, row: number, text: string, advice = ""): UserError {
  const where = `${at.source}, line ${at.lines[row]}, column "${at.name}"`;
  if (Math.abs(numberOf(text)) === Infinity) {
    return new UserError(`${where}: expected a finite number, found "${text}"`);
  }
  const reason = hasDecimalComma(text) ? "; numbers need a decimal point, not a comma" : advice;
  return new UserError(`${where}: expected a number, found "${text}"${reason}`);
}

/** Values of a numeric column. @throws UserError at the first cell that is neither missing nor a finite number. */
export function numericColumn(
  at: ColumnSource,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
  advice?: string,
): TableColumn {
  const values = new Float64Array(cells.length).fill(NaN);
  cells.forEach((text, row) => {
    if (isMissing(text)) return;
    values[row] = numberOf(text);
    if (!Number.isFinite(values[row])) throw notANumber(at, row, text, advice);
  });
  return { name: at.name, kind: "numeric", values };
}

export function categoricalColumn(
  name: string,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
): TableColumn {
  const labelOf = new Map<string, string>();
  for (const text of cells) if (!labelOf.has(text) && !isMissing(text)) labelOf.set(text, classOf(text));
  const classes = sortClasses(labelOf.values());
  const index = new Map(classes.map((label, code) => [label, code]));
  const codeOf = new Map([...labelOf].map(([text, label]) => [text, index.get(label)!]));
  const codes = Int32Array.from(cells, (text) => codeOf.get(text) ?? -1);
  return { name, kind: "categorical", classes, codes };
}

/**
 * The kind that the content of a column shows: numeric if every cell that is not missing is a number, categorical if at
 * most half of them are. In between stands almost surely a damaged number or a missing cell written in some other way:
 * taking such a column for text would quietly turn a regression into a classification, so it is an error.
 *
 * A column without any value counts as numeric.
 */
export function foundColumn(
  at: ColumnSource,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
): TableColumn {
  let present = 0, numbers = 0;
  for (const text of cells) {
    if (isMissing(text)) continue;
    present++;
    if (!Number.isNaN(numberOf(text)) || hasDecimalComma(text)) numbers++;
  }
  if (numbers <= present / 2 && present > 0) return categoricalColumn(at.name, cells, isMissing);
  const advice = `, where ${numbers} of ${present} cells are numbers; ` +
    "declare the column categorical if that is meant, or the text as a missing cell";
  return numericColumn(at, cells, isMissing, advice);
}
