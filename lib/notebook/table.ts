/** Tables as HTML and as text. */

/** What is needed of an Arquero table. */
export interface TableLike {
  columnNames(): string[];
  numRows(): number;
  get(name: string, row: number): unknown;
}

export function isTable(value: unknown): value is TableLike {
  const table = value as Partial<Record<keyof TableLike, unknown>> | null;
  return typeof table === "object" && table !== null &&
    [table.columnNames, table.numRows, table.get].every((method) => typeof method === "function");
}

const LIMIT = 100;

interface Grid {
  header: string[];
  numeric: boolean[];
  rows: string[][];
  /** How many rows are not among `rows`. */
  more: number;
}

/** A value as a cell of a table shows it: numbers with four significant digits, nothing for a missing value. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return value instanceof Date ? value.toISOString() : String(value);
}

function grid(table: TableLike, limit: number): Grid {
  const header = table.columnNames();
  const count = Math.min(table.numRows(), limit);
  const values = Array.from({ length: count }, (_, row) => header.map((name) => table.get(name, row)));
  const numeric = header.map((_, column) => values.every((row) => typeof (row[column] ?? 0) === "number"));
  return { header, numeric, rows: values.map((row) => row.map(cellText)), more: table.numRows() - count };
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** An HTML table with numbers at the right; at most `limit` rows, and a note of how many more there are. */
export function tableHtml(table: TableLike, limit = LIMIT): string {
  const { header, numeric, rows, more } = grid(table, limit);
  const cell = (tag: string, text: string, i: number) =>
    `<${tag} style="text-align:${numeric[i] ? "right" : "left"}">${escapeHtml(text)}</${tag}>`;
  const line = (tag: string, cells: string[]) =>
    `<tr>${cells.map((text, i) => cell(tag, text, i)).join("")}</tr>`;
  const body = rows.map((row) => line("td", row)).join("\n");
  const note = more > 0 ? `\n<p>and ${more} more rows</p>` : "";
  return `<table>\n<thead>${line("th", header)}</thead>\n<tbody>\n${body}\n</tbody>\n</table>${note}`;
}

/** The same table as lines of text. */
export function tableText(table: TableLike, limit = LIMIT): string {
  const { header, numeric, rows, more } = grid(table, limit);
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) =>
    cells.map((text, i) => numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)).join("  ")
      .trimEnd();
  const lines = [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
  return [...lines, ...(more > 0 ? [`and ${more} more rows`] : [])].join("\n");
}
