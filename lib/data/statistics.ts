import { UserError } from "../errors.ts";
import type { Table, TableColumn } from "./table.ts";

/** What the chosen rows of a column tell. */
export interface ColumnStatistics {
  /** Cells that are not missing. */
  count: number;
  /** Fewer than two different values. */
  constant: boolean;
  /** The value of a constant column, for messages. */
  only: string;
  fitted: { classes: string[]; mean: number; deviation: number };
}

function numericStatistics(
  source: string,
  { name, values }: TableColumn & { kind: "numeric" },
  rows: Int32Array,
): ColumnStatistics {
  let count = 0, sum = 0, low = Infinity, high = -Infinity;
  // Loops over an index: there may be hundreds of millions of cells, and iterators take several times as long.
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Rounding can leave equal values a tiny deviation, and dividing by that would blow them up.
  if (count === 0 || low === high) {
    const mean = count === 0 ? 0 : low;
    return { count, constant: true, only: String(mean), fitted: { classes: [], mean, deviation: 1 } };
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / count);
  if (!Number.isFinite(deviation) || deviation === 0) {
    const size = deviation === 0 ? "differ too little" : "are too large";
    throw new UserError(`${source}, column "${name}": its numbers ${size} to be standardised`);
  }
  return { count, constant: false, only: "", fitted: { classes: [], mean, deviation } };
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
  return {
    count,
    constant: classes.length < 2,
    only: classes[0] ?? "",
    fitted: { classes, mean: 0, deviation: 1 },
  };
}

/**
 * Mean and population deviation of a numeric column, or the classes of a categorical one, over some rows.
 *
 * @throws UserError if numbers are so large, or so close together, that double precision cannot standardise them.
 */
export function statisticsOf(table: Table, column: TableColumn, rows: Int32Array): ColumnStatistics {
  return column.kind === "numeric"
    ? numericStatistics(table.source, column, rows)
    : categoricalStatistics(column, rows);
}
