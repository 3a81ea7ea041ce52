import { UserError } from "../errors.ts";
import { columnIndex, momentsOf, type Table, type TableColumn } from "./table.ts";

/** One column as a model knows it. */
export interface Column {
  name: string;
  kind: "numeric" | "categorical";
  target: boolean;
  /** Categorical: sorted distinct values; else empty. */
  classes: string[];
  /** Numeric: z-score statistics (population deviation; 0 replaced by 1); else 0 and 1. */
  mean: number;
  deviation: number;
  /** Numeric: set if the numbers are dates, as days since 1970. */
  dates?: true;
  /** Numeric, where a model has asked for them: ascending edges of its bins, in standardised units (`withBins`). */
  edges?: number[];
}

/** A column whose cells are numbers for a model already: of `classes`, or standardised without any. */
export const plainColumn = (name: string, target: boolean, classes: string[] = []): Column => ({
  name,
  kind: classes.length > 0 ? "categorical" : "numeric",
  target,
  classes,
  mean: 0,
  deviation: 1,
});

/** All that is needed to encode a table and to decode predictions; plain data, so that it can be kept as JSON. */
export interface Schema {
  /** In table order, targets included. */
  columns: Column[];
}

export interface SchemaOptions {
  targets: readonly string[];
  /** Rows whose labels may be used; default all. */
  trainRows?: Int32Array;
  /**
   * True (the reference's default): statistics and classes of the features come from all rows. False: from the train
   * rows. The mean and deviation of a numeric target always come from the train rows.
   */
  semiSupervised?: boolean;
  /** What to do with a feature that has no value, or the same one in all rows; default "error". */
  uninformative?: "error" | "drop";
  /** Receives remarks that do not stop anything; default console.warn. */
  notify?: (message: string) => void;
}

const describe = ({ count, only }: ColumnStatistics): string =>
  count === 0 ? "it has no value" : `its only value is "${only}"`;

/** A remark for a target that is probably of the other kind. */
function doubtfulTarget(column: TableColumn): string | undefined {
  if (column.kind !== "numeric") return undefined;
  const values = new Set(column.values.filter((value) => !Number.isNaN(value)));
  if (values.size !== 2 || ![...values].every(Number.isInteger)) return undefined;
  return `has only the values ${[...values].join(" and ")} and is predicted as a number; ` +
    "declare it categorical to predict classes";
}

/** A remark for a categorical column that names its rows. @throws UserError for such a target */
function doubtfulClasses(
  column: TableColumn,
  rows: number,
  target: boolean,
  place: string,
): string | undefined {
  if (column.kind !== "categorical") return undefined;
  const { length } = column.classes;
  if (target && length > 2 && length === column.codes.filter((code) => code >= 0).length) {
    throw new UserError(`${place}: nothing to learn, each of its ${length} classes occurs once`);
  }
  if (length <= Math.max(20, rows / 2)) return undefined;
  const advice = target ? "few of them can be learnt" : "if it only names the rows, remove it";
  return `has ${length} classes in ${rows} rows; ${advice}`;
}

/**
 * Learns how to encode a table (z-scores, class lists): the reference's npt/utils/encode_utils.py.
 *
 * The classes of a target come from all rows, as there. Train rows without a label stay: they help with their features,
 * and a missing cell never enters a loss.
 *
 * @throws UserError for an unknown target, no feature, a target without two different labels among the train rows,
 *   and a feature without information (unless these are dropped).
 */
export function fitSchema(table: Table, options: SchemaOptions): Schema {
  const { targets, semiSupervised = true, uninformative = "error", notify = console.warn } = options;
  const allRows = Int32Array.from({ length: table.rows }, (_, row) => row);
  const trainRows = options.trainRows ?? allRows;
  if (targets.length === 0) throw new UserError(`${table.source}: no target was named`);
  const names = table.columns.map(({ name }) => name);
  for (const target of targets) columnIndex(table.source, names, target, "target column");

  const fitTarget = (column: TableColumn, place: string): Column => {
    const { name, kind } = column;
    const known = statisticsOf(table, column, trainRows);
    if (known.constant) {
      throw new UserError(`${place}: nothing to learn, ${describe(known)} in the train rows`);
    }
    const remark = doubtfulTarget(column);
    if (remark) notify(`${place} ${remark}`);
    const unlabelled = trainRows.length - known.count;
    if (unlabelled > 0) notify(`${place}: ${unlabelled} of ${trainRows.length} train rows have no label`);
    const { fitted } = kind === "numeric" ? known : statisticsOf(table, column, allRows);
    return { name, kind, target: true, ...fitted };
  };

  const fitFeature = (column: TableColumn, place: string): Column | undefined => {
    const { name, kind } = column;
    const known = statisticsOf(table, column, semiSupervised ? allRows : trainRows);
    if (known.constant) {
      const problem = `${place}: ${describe(known)}`;
      if (uninformative === "error") throw new UserError(`${problem}; remove it`);
      notify(`${problem}; it is left out`);
      return undefined;
    }
    return { name, kind, target: false, ...known.fitted };
  };

  const columns = table.columns.flatMap((column) => {
    const isTarget = targets.includes(column.name);
    const place = `${table.source}, ${isTarget ? "target" : "column"} "${column.name}"`;
    const remark = doubtfulClasses(column, table.rows, isTarget, place);
    if (remark) notify(`${place} ${remark}`);
    return (isTarget ? fitTarget(column, place) : fitFeature(column, place)) ?? [];
  });
  if (columns.length === targets.length) throw new UserError(`${table.source}: no feature beside the target`);
  return { columns };
}

const isColumn = (value: unknown): value is Column => {
  if (typeof value !== "object" || value === null) return false;
  const { name, kind, target, classes, mean, deviation } = value as Record<string, unknown>;
  return typeof name === "string" && typeof target === "boolean" &&
    Array.isArray(classes) && classes.every((label) => typeof label === "string") &&
    Number.isFinite(mean) && Number.isFinite(deviation) && (deviation as number) > 0 &&
    (kind === "numeric" || (kind === "categorical" && classes.length > 0));
};

/** A schema from its JSON text. @param source what messages call it @throws UserError if it is none */
export function parseSchema(json: string, source: string): Schema {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new UserError(`${source}: the schema is not valid JSON: ${(error as Error).message}`);
  }
  const columns = (parsed as Partial<Schema> | null)?.columns;
  if (!Array.isArray(columns) || columns.length === 0) {
    throw new UserError(`${source}: the schema has no columns`);
  }
  const wrong = columns.findIndex((column) => !isColumn(column));
  if (wrong >= 0) throw new UserError(`${source}: column ${wrong + 1} of the schema is damaged`);
  return { columns };
}

/** What the chosen rows of a column tell. */
interface ColumnStatistics {
  /** Cells that are not missing. */
  count: number;
  /** Fewer than two different values. */
  constant: boolean;
  /** The value of a constant column, for messages. */
  only: string;
  fitted: Pick<Column, "classes" | "mean" | "deviation" | "dates">;
}

/** @throws UserError for numbers that double precision cannot standardise: too large, or too close together */
function numericStatistics(
  source: string,
  { name, values, dates }: TableColumn & { kind: "numeric" },
  rows: Int32Array,
): ColumnStatistics {
  const { count, low, high, mean, deviation } = momentsOf(values, rows);
  // Rounding can leave equal values a tiny deviation, and dividing by that would blow them up.
  if (count === 0 || low === high) {
    const only = count === 0 ? 0 : low;
    return { count, constant: true, only: String(only), fitted: { classes: [], mean: only, deviation: 1 } };
  }
  if (!Number.isFinite(deviation) || deviation === 0) {
    const size = deviation === 0 ? "differ too little" : "are too large";
    throw new UserError(`${source}, column "${name}": its numbers ${size} to be standardised`);
  }
  const fitted = { classes: [], mean, deviation, ...dates && { dates } };
  return { count, constant: false, only: "", fitted };
}

function categoricalStatistics(
  { classes: all, codes }: TableColumn & { kind: "categorical" },
  rows: Int32Array,
): ColumnStatistics {
  const counts = new Int32Array(all.length);
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i]!]!;
    if (code >= 0) counts[code]!++;
  }
  const classes = all.filter((_, code) => counts[code]! > 0);
  const count = counts.reduce((a, b) => a + b, 0);
  const fitted = { classes, mean: 0, deviation: 1 };
  return { count, constant: classes.length < 2, only: classes[0] ?? "", fitted };
}

function statisticsOf(table: Table, column: TableColumn, rows: Int32Array): ColumnStatistics {
  return column.kind === "numeric"
    ? numericStatistics(table.source, column, rows)
    : categoricalStatistics(column, rows);
}
