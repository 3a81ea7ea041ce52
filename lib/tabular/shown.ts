/** Tables and models of tables that show themselves as the last expression of a notebook's cell. */
import { momentsOf, type Table, type TableColumn } from "../data/table.ts";
import { displayed } from "../display.ts";
import { optionsOf } from "../options.ts";
import { cell, type TableView, toText, viewFormats } from "../results/view.ts";
import { TABLE_OPTIONS } from "../train/table/options.ts";
import { describeModel } from "./defaults.ts";
import type { TabularModel } from "./model.ts";

/** A number in four digits; in as many more as it takes to tell numbers apart that lie within `spread`. */
function short(value: number, spread = Infinity): string {
  const shared = spread > 0 ? Math.ceil(Math.log10(Math.abs(value) / spread)) : 0;
  return String(Number(value.toPrecision(Math.min(17, 4 + Math.max(0, shared)))));
}

/** The range of a column's numbers, or its classes; and how many cells are missing. */
function columnCells(column: TableColumn, rows: number): string[] {
  if (column.kind === "numeric") {
    const all = Int32Array.from({ length: rows }, (_, row) => row);
    const { count, low, high, mean } = momentsOf(column.values, all);
    const written = column.dates
      ? (days: number) => new Date(days * 864e5).toISOString().slice(0, 10)
      : (value: number) => short(value, high - low);
    const range = count === 0 ? "" : `${written(low)} to ${written(high)}, mean ${written(mean)}`;
    return [range, `${rows - count}`];
  }
  const { classes, codes } = column;
  const names = classes.slice(0, 5).join(", ") + (classes.length > 5 ? ", ..." : "");
  return [`${classes.length}: ${names}`, `${codes.filter((code) => code < 0).length}`];
}

/** What a table holds, a line a column. */
export const tableView = ({ source, rows, columns }: Table, shown = columns): TableView => ({
  title: `${source}: ${rows} rows, ${columns.length} columns`,
  head: ["column", "kind", "values", "missing"],
  rows: shown.map((column) => ({
    label: column.name,
    cells: [column.kind === "numeric" && column.dates ? "days" : column.kind, ...columnCells(column, rows)]
      .map((text) => cell(text)),
  })),
  notes: columns.length > shown.length ? [`and ${columns.length - shown.length} more columns`] : [],
});

/** Columns of a wide table that a terminal shows. */
const SHOWN = 20;

/** What the columns of a table are taken for, for a terminal: the first ones, and the target. */
export function describeTable(table: Table, target: string): string {
  const shown = table.columns.filter(({ name }, index) => index < SHOWN || name === target.normalize("NFC"));
  return toText(tableView(table, shown)).trimEnd();
}

/** A model's options and what it reached on its validation rows. */
export const modelView = (
  { target, recipe, scores }: Pick<TabularModel, "target" | "recipe" | "scores">,
): TableView => ({
  title: `A model of ${target}`,
  head: ["", ""],
  rows: [
    ...Object.entries(scores).map((
      [name, value],
    ) => [`validation ${name}`, value === null ? "" : short(value)]),
    ["model", describeModel(recipe)],
    ...Object.entries(optionsOf(TABLE_OPTIONS, recipe)).map(([name, value]) => [name, String(value)]),
  ].map(([label, text]) => ({ label: label!, cells: [cell(text!)] })),
  notes: [],
});

export const shownTable = (table: Table): Table => displayed(table, (one) => viewFormats(tableView(one)));

export const shownModel = <M extends TabularModel>(model: M): M =>
  displayed(model, (one) => viewFormats(modelView(one)));
