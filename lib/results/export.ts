import { mkdirSync } from "node:fs";
import { dirname, extname } from "node:path";
import { knownName } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { TABLE_FORMATS } from "./formats.ts";
import { cell, type TableView } from "./view.ts";

/** What is needed of an Arquero table. */
export interface Columns {
  columnNames(): string[];
  numRows(): number;
  get(name: string, row: number): unknown;
}

const viewOf = (table: TableView | Columns): TableView => {
  if (!("columnNames" in table)) return table;
  const head = table.columnNames();
  const rows = Array.from({ length: table.numRows() }, (_, row) => {
    const [label, ...texts] = head.map((name) => String(table.get(name, row) ?? ""));
    return { label: label!, cells: texts.map((text) => cell(text)) };
  });
  return { title: "", head, rows, notes: [] };
};

/**
 * Writes a table of results, or one of Arquero, as the ending of the path says: .csv, .tex (booktabs), .md, .html, .txt.
 *
 * @returns the path
 * @throws UserError for another ending, or if the file cannot be written
 * @example
 * await exportTable(report.tables["errors"], "tables/errors.tex");
 */
export async function exportTable(table: TableView | Columns, path: string): Promise<string> {
  const ending = knownName(
    extname(path).slice(1),
    Object.keys(TABLE_FORMATS),
    `${path}: a table has no format`,
  );
  if (!("columnNames" in table) && !Array.isArray(table.rows)) {
    throw new UserError(`${path}: expected a table of a report or of Arquero`);
  }
  mkdirSync(dirname(path), { recursive: true });
  await writeAtomic(path, TABLE_FORMATS[ending]!(viewOf(table)));
  return path;
}
