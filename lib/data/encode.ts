import { UserError } from "../errors.ts";
import { unknown } from "./nearest.ts";
import type { Column, Schema } from "./schema.ts";
import {
  classOf,
  notANumber,
  type Numbers,
  placeOf,
  readRaw,
  type Table,
  type TableColumn,
  type TableOptions,
  typeTable,
} from "./table.ts";
import { numberOf } from "./writing.ts";

/** A table as numbers for a model; d = columns.length = dn numeric + dc categorical columns. */
export interface EncodedTable {
  /** Table order, targets included. */
  columns: Column[];
  rows: number;
  /** [n, dn] standardised numeric columns in table order, 0 where missing. */
  values: Float32Array;
  /** [n, dc] class index of categorical columns in table order, -1 where missing. */
  codes: Int32Array;
  /** [n, d] 1 where the cell is missing. */
  missing: Uint8Array;
}

/** Numbers of a column; NaN where missing. A class may be written as a number, so a categorical column is read again. */
function numbersOf(table: Table, column: TableColumn, { dates }: Column): Numbers {
  if (column.kind === "numeric") {
    if (column.dates !== dates && column.values.some((value) => !Number.isNaN(value))) {
      const [expected, found] = dates ? ["dates", "numbers"] : ["numbers", "dates"];
      throw new UserError(`${table.source}, column "${column.name}": expected ${expected}, found ${found}`);
    }
    return column.values;
  }
  const values = column.classes.map(numberOf);
  return Float64Array.from(column.codes, (code, row) => {
    if (code < 0) return NaN;
    if (!Number.isFinite(values[code])) {
      throw notANumber({ ...table, name: column.name }, row, column.classes[code]!);
    }
    return values[code]!;
  });
}

/** Codes of a column in the classes of the schema; -1 where missing or unknown. `unseen` hears of the unknown ones. */
function codesOf(
  column: TableColumn,
  classes: string[],
  unseen: (row: number, text: string) => void,
): Int32Array {
  const index = new Map(classes.map((label, code) => [label, code]));
  const lookup = (row: number, text: string): number => {
    const code = index.get(text);
    if (code === undefined) unseen(row, text);
    return code ?? -1;
  };
  if (column.kind === "numeric") {
    const codeOf = (x: number, row: number) => Number.isNaN(x) ? -1 : lookup(row, classOf(String(x)));
    return Int32Array.from(column.values, codeOf);
  }
  // Looked up once for a class, not for each of what may be millions of rows.
  const known = Int32Array.from(column.classes, (label) => index.get(label) ?? -1);
  return Int32Array.from(column.codes, (code, row) => {
    if (code < 0) return -1;
    return known[code]! >= 0 ? known[code]! : lookup(row, column.classes[code]!);
  });
}

function categoricalCodes(
  table: Table,
  column: TableColumn,
  fitted: Column,
  notify: (message: string) => void,
) {
  let count = 0;
  const texts = new Set<string>();
  const codes = codesOf(column, fitted.classes, (row, text) => {
    if (fitted.target) {
      const found = `${placeOf(table, row)}, target "${fitted.name}": class ${unknown(text, fitted.classes)}`;
      throw new UserError(
        `${found}; it never occurs in training, so it can be neither predicted nor scored: ` +
          "correct it, or leave the target out of this table",
      );
    }
    count++;
    texts.add(text);
  });
  if (count > 0) {
    const examples = [...texts].slice(0, 5).map((text) => `"${text}"`).join(", ");
    notify(
      `${table.source}, column "${fitted.name}": ${count} of ${table.rows} cells hold ${texts.size} classes that never ` +
        `occur in training (${examples}); they count as missing`,
    );
  }
  return codes;
}

/**
 * Encodes a table by a schema. Columns that the schema does not know are ignored; a target may be absent (all missing).
 *
 * @throws UserError for an absent feature, a text where the schema has numbers, a label of an unknown class. A class
 *   of a feature that training did not show counts as missing, with a remark.
 */
export function encode(
  table: Table,
  schema: Schema,
  { notify = console.warn }: { notify?: (message: string) => void } = {},
): EncodedTable {
  const { columns } = schema;
  const n = table.rows;
  const dn = columns.filter((column) => column.kind === "numeric").length;
  const dc = columns.length - dn;
  const values = new Float32Array(n * dn);
  const codes = new Int32Array(n * dc).fill(-1);
  const missing = new Uint8Array(n * columns.length).fill(1);
  let numeric = 0, categorical = 0;
  columns.forEach((fitted, j) => {
    const at = fitted.kind === "numeric" ? numeric++ : categorical++;
    const column = table.columns.find(({ name }) => name === fitted.name);
    if (column === undefined) {
      if (fitted.target) return;
      const names = table.columns.map(({ name }) => name);
      throw new UserError(`${table.source}: expected a column ${unknown(fitted.name, names)}`);
    }
    if (fitted.kind === "numeric") {
      const numbers = numbersOf(table, column, fitted);
      for (let row = 0; row < n; row++) {
        if (Number.isNaN(numbers[row])) continue;
        values[row * dn + at] = (numbers[row]! - fitted.mean) / fitted.deviation;
        missing[row * columns.length + j] = 0;
      }
    } else {
      const found = categoricalCodes(table, column, fitted, notify);
      for (let row = 0; row < n; row++) {
        codes[row * dc + at] = found[row]!;
        missing[row * columns.length + j] = found[row]! < 0 ? 1 : 0;
      }
    }
  });
  return { columns, rows: n, values, codes, missing };
}

/**
 * Reads a file whose columns a schema already knows, such as the rows to predict: their kinds are the schema's, other
 * columns are left out.
 *
 * @throws UserError for an absent feature, and whatever readTable throws.
 */
export async function readTableLike(
  path: string,
  schema: Schema,
  options: TableOptions = {},
): Promise<Table> {
  const raw = await readRaw(path, options);
  const present: Column[] = [];
  for (const column of schema.columns) {
    if (raw.names.includes(column.name)) present.push(column);
    else if (!column.target) {
      throw new UserError(`${path}: expected a column ${unknown(column.name, raw.names)}`);
    }
  }
  const named = (kind?: Column["kind"]) =>
    present.filter((column) => column.kind === (kind ?? column.kind)).map(({ name }) => name);
  const names = named();
  const cells = names.map((name) => raw.cells[raw.names.indexOf(name)]!);
  const kinds = { numeric: named("numeric"), categorical: named("categorical") };
  return typeTable({ ...raw, names, cells }, { ...options, ...kinds });
}

/** Predictions in the table's own terms. */
export type DecodedTarget =
  | { kind: "numeric"; /** [n] in the target's units */ values: Float64Array }
  | {
    kind: "categorical";
    classes: string[];
    /** [n] the most probable class */ labels: string[];
    /** [n, classes] */ probabilities: Float64Array;
  };

/** What a model predicts for n rows, read from its tensors. */
export interface RawOutputs {
  /** [n, dn] standardised. */
  values: Float32Array;
  /** [n, dc, C], C at least the largest number of classes. */
  logits: Float32Array;
}

const diverged = (target: string, row: number) =>
  new UserError(
    `the prediction of "${target}" for row ${row + 1} is not a finite number: the model has diverged`,
  );

/**
 * The predictions of one target: numbers in its units, or classes with their probabilities (softmax of the logits over
 * the classes that the column has).
 *
 * @throws UserError if a prediction is not a finite number.
 */
export function decodeTarget(
  schema: Schema,
  target: string,
  outputs: RawOutputs,
  rows: number,
): DecodedTarget {
  const column = schema.columns.find(({ name }) => name === target);
  if (!column) throw new RangeError(`no column "${target}"`);
  const sameKind = schema.columns.filter(({ kind }) => kind === column.kind);
  const at = sameKind.indexOf(column);
  const width = sameKind.length;
  if (column.kind === "numeric") {
    const { mean, deviation } = column;
    const values = Float64Array.from(
      { length: rows },
      (_, row) => outputs.values[row * width + at]! * deviation + mean,
    );
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw diverged(target, wrong);
    return { kind: "numeric", values };
  }
  const { classes } = column;
  const depth = outputs.logits.length / (rows * width);
  const probabilities = new Float64Array(rows * classes.length);
  const labels: string[] = [];
  for (let row = 0; row < rows; row++) {
    const start = (row * width + at) * depth;
    const logits = outputs.logits.subarray(start, start + classes.length);
    const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!Number.isFinite(top)) throw diverged(target, row);
    const weights = Float64Array.from(logits, (logit) => Math.exp(logit - top));
    const total = weights.reduce((a, b) => a + b, 0);
    probabilities.set(weights.map((weight) => weight / total), row * classes.length);
    labels.push(classes[logits.indexOf(top)]!);
  }
  return { kind: "categorical", classes, labels, probabilities };
}
