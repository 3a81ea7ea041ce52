/** Shows results: in a notebook as outputs of the cell, elsewhere as text. */
import { DISPLAY } from "../display.ts";
import type { Columns } from "../results/export.ts";
import { escapeHtml, type TableView, viewFormats } from "../results/view.ts";
import { flushOutputs, jupyter, type MediaBundle } from "../progress/progress.ts";

/**
 * Shows values, one output each: figures, tables, Markdown, HTML, text, anything. The last call of a notebook's cell,
 * since it waits until the outputs have left the kernel.
 *
 * @example
 * await show("## Losses", figure, table);
 */
export async function show(...values: unknown[]): Promise<void> {
  const kernel = jupyter();
  for (const value of values) {
    const bundle = await bundleOf(value);
    if (kernel) await kernel.display(bundle, { raw: true });
    else console.log(bundle["text/plain"] ?? Object.values(bundle)[0]);
  }
  if (kernel) await flushOutputs();
}

interface Displayable {
  [DISPLAY](): MediaBundle | Promise<MediaBundle>;
}

function displayable(bundle: MediaBundle): Displayable {
  return { [DISPLAY]: () => bundle };
}

/** Text shown as it is, without formatting. */
export const text = (content: string): Displayable => displayable({ "text/plain": content });

/** Markdown, with formulas between dollar signs. */
export const markdown = (content: string): Displayable =>
  displayable({ "text/markdown": content, "text/plain": content });

export const html = (content: string): Displayable =>
  displayable({ "text/html": content, "text/plain": content.replace(/<[^>]*>/g, "").trim() });

const svg = (content: string): MediaBundle => ({
  "image/svg+xml": content.includes("xmlns=")
    ? content
    : content.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'),
  "text/plain": "[figure]",
});

function ofMarkup(markup: string): MediaBundle {
  if (markup.startsWith("<svg")) return svg(markup);
  const plain = /^<figure\b/.test(markup) ? "[figure]" : markup.replace(/<[^>]*>/g, "").trim();
  return { "text/html": markup, "text/plain": plain };
}

/**
 * The formats of a value: an element or markup (SVG, HTML) as such, other text as Markdown, a table (of results, or of
 * Arquero) as an HTML table,
 * an object that displays itself as it says, and anything else as the console would print it.
 */
export async function bundleOf(value: unknown): Promise<MediaBundle> {
  if (typeof value === "string") {
    const start = value.trimStart();
    return start.startsWith("<")
      ? ofMarkup(start.replace(/^<\?xml[^>]*\?>\s*/, ""))
      : { "text/markdown": value, "text/plain": value };
  }
  if (typeof value === "object" && value !== null) {
    if (DISPLAY in value) return await (value as Displayable)[DISPLAY]();
    if ("outerHTML" in value && typeof value.outerHTML === "string") return ofMarkup(value.outerHTML);
    if (isView(value)) return viewFormats(value);
    if (isTable(value)) return { "text/html": tableHtml(value), "text/plain": tableText(value) };
  }
  return { "text/plain": Deno.inspect(value, { colors: false, depth: 4 }) };
}

const isTable = (value: object): value is Columns =>
  ["columnNames", "numRows", "get"].every((name) =>
    typeof (value as Record<string, unknown>)[name] === "function"
  );

/** A table of results, whose cells are texts already. */
const isView = (value: object): value is TableView =>
  "head" in value && Array.isArray(value.head) && "rows" in value && Array.isArray(value.rows);

const LIMIT = 100;

interface Grid {
  header: string[];
  numeric: boolean[];
  rows: string[][];
  /** How many rows are not among `rows`. */
  more: number;
}

/** A value as a cell of a table shows it: numbers with four significant digits, nothing for a missing value. */
function cellText(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return value instanceof Date ? value.toISOString() : String(value);
}

function grid(table: Columns, limit: number): Grid {
  const header = table.columnNames();
  const count = Math.min(table.numRows(), limit);
  const values = Array.from({ length: count }, (_, row) => header.map((name) => table.get(name, row)));
  const numeric = header.map((_, column) => values.every((row) => typeof (row[column] ?? 0) === "number"));
  return { header, numeric, rows: values.map((row) => row.map(cellText)), more: table.numRows() - count };
}

/** An HTML table with numbers at the right; at most `limit` rows, and a note of how many more there are. */
export function tableHtml(table: Columns, limit = LIMIT): string {
  const { header, numeric, rows, more } = grid(table, limit);
  const cell = (tag: string, text: string, i: number) =>
    `<${tag} style="text-align:${numeric[i] ? "right" : "left"}">${escapeHtml(text)}</${tag}>`;
  const line = (tag: string, cells: string[]) =>
    `<tr>${cells.map((text, i) => cell(tag, text, i)).join("")}</tr>`;
  const body = rows.map((row) => line("td", row)).join("\n");
  const note = more > 0 ? `\n<p>and ${more} more rows</p>` : "";
  return `<table>\n<thead>${line("th", header)}</thead>\n<tbody>\n${body}\n</tbody>\n</table>${note}`;
}

export function tableText(table: Columns, limit = LIMIT): string {
  const { header, numeric, rows, more } = grid(table, limit);
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) =>
    cells.map((text, i) => numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)).join("  ")
      .trimEnd();
  const lines = [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
  return [...lines, ...(more > 0 ? [`and ${more} more rows`] : [])].join("\n");
}
