/** Which runs are shown and how: filters, groups, order. No page is needed for it. */
import { from, op } from "arquero";
import { COLUMNS, COSTS, measuresOf, type Row, rowOf, shortNumber, type SiteRun } from "../runs.ts";

export const FILTERS = ["experiment", "set", "model", "seed", "profile", "source"] as const;
export type Filter = (typeof FILTERS)[number];

export type Filters = Partial<Record<Filter, string>>;

export function filtered(runs: readonly SiteRun[], filters: Filters): SiteRun[] {
  const set = Object.entries(filters).filter(([, value]) => value);
  return runs.filter((run) => {
    const row = rowOf(run);
    return set.every(([name, value]) => String(row[name]) === value);
  });
}

/** What a filter can be set to, with the others as they are. */
export function choicesOf(runs: readonly SiteRun[], filters: Filters, filter: Filter): string[] {
  const others = filtered(runs, { ...filters, [filter]: "" });
  const values = others.map((run) => rowOf(run)[filter]).filter((value) => value !== null);
  return [...new Set(values.map(String))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

export interface Order {
  column: string;
  down: boolean;
}

/** A table of the explorer: texts to read, and the values behind them. */
export interface Shown {
  columns: string[];
  rows: { texts: string[]; values: Row; run?: SiteRun }[];
}

const isMeasured = (rows: readonly Row[]) => (name: string): boolean =>
  rows.some((row) => row[name] !== null && row[name] !== undefined);

const varies = (rows: readonly Row[]) => (name: string): boolean =>
  name === "model" || new Set(rows.map((row) => row[name])).size > 1;

/** The columns that tell these runs apart, and those of numbers; measures only where all runs are of one experiment. */
function columnsOf(runs: readonly SiteRun[], rows: readonly Row[]): [string[], string[]] {
  const one = new Set(rows.map((row) => row["experiment"])).size === 1;
  const numbers = [...one ? measuresOf(runs) : [], ...COSTS];
  return [COLUMNS.filter(varies(rows)), numbers.filter(isMeasured(rows))];
}

export const textOf = (value: unknown): string =>
  value === null || value === undefined ? "–" : typeof value === "number" ? shortNumber(value) : `${value}`;

/** Rows in order; what has no value comes last, up and down. */
function ordered<T extends { values: Row }>(rows: readonly T[], { column, down }: Order): T[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a.values[column] ?? null, b.values[column] ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign *
      (typeof x === "number" && typeof y === "number"
        ? x - y
        : String(x).localeCompare(String(y), "en", { numeric: true }));
  });
}

function each(runs: readonly SiteRun[]): Shown {
  const rows = runs.map(rowOf);
  const columns = columnsOf(runs, rows).flat();
  return {
    columns,
    rows: runs.map((run, i) => (
      { texts: columns.map((name) => textOf(rows[i]![name])), values: rows[i]!, run }
    )),
  };
}

/** A row for each group: mean ± standard error of its runs, and how many have the measure where not all do. */
function grouped(runs: readonly SiteRun[], by: readonly string[]): Shown {
  const rows = runs.map(rowOf);
  const numbers = columnsOf(runs, rows)[1];
  const names = [...by, ...numbers];
  // Every row has every column: the table takes its columns from the first row.
  const table = from(rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]))));
  const sums = numbers.flatMap((name, i) => [
    [`mean${i}`, op.mean(name)],
    [`deviation${i}`, op.stdev(name)],
    [`valid${i}`, op.valid(name)],
  ]);
  const means = table.groupby(...by).rollup({ runs: op.count(), ...Object.fromEntries(sums) })
    .objects() as Record<string, string | number>[];
  const columns = [...by, "runs", ...numbers];
  return {
    columns,
    rows: means.map((mean) => {
      const values: Row = Object.fromEntries([...by, "runs"].map((name) => [name, mean[name] ?? null]));
      const texts = [...by, "runs"].map((name) => textOf(mean[name]));
      numbers.forEach((name, i) => {
        const valid = mean[`valid${i}`] as number;
        const value = valid > 0 ? mean[`mean${i}`] as number : null;
        const error = valid > 1 ? (mean[`deviation${i}`] as number) / Math.sqrt(valid) : null;
        values[name] = value;
        values[`${name}, standard error`] = error;
        const spread = error === null ? "" : ` ± ${shortNumber(Number(error.toPrecision(2)))}`;
        const some = valid > 0 && valid < (mean["runs"] as number) ? ` (${valid} runs)` : "";
        texts.push(textOf(value) + spread + some);
      });
      return { texts, values };
    }),
  };
}

export function shown(
  runs: readonly SiteRun[],
  filters: Filters,
  by: readonly string[],
  order?: Order,
): Shown {
  const fit = filtered(runs, filters);
  const table = by.length > 0 && fit.length > 0 ? grouped(fit, by) : each(fit);
  if (!order || !table.columns.includes(order.column)) return table;
  return { ...table, rows: ordered(table.rows, order) };
}
