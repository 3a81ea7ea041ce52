/** A table for readers: all cells are texts already. */
export interface TableView {
  title: string;
  /** Head of each column; the first is that of the row labels. */
  head: string[];
  rows: { label: string; cells: Cell[] }[];
  /** What a reader has to know, one sentence each. */
  notes: string[];
}

export interface Cell {
  text: string;
  /** The best of its row. */
  best: boolean;
}

export const cell = (text: string, best = false): Cell => ({ text, best });

/** Stands for a number that there is not. */
export const NOTHING = "–";

const cellsOf = ({ label, cells }: TableView["rows"][number], mark: (cell: Cell) => string): string[] => [
  label,
  ...cells.map(mark),
];

/** Plain text in columns; the best cell of a row has a star. */
export function toText({ title, head, rows, notes }: TableView): string {
  const lines = [head, ...rows.map((row) => cellsOf(row, ({ text, best }) => text + (best ? "*" : " ")))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => [...(line[column] ?? "")].length)));
  const pad = (text: string, column: number) => {
    const space = " ".repeat(widths[column]! - [...text].length);
    return column === 0 ? text + space : space + text;
  };
  const formatted = lines.map((line) => line.map(pad).join("  ").trimEnd());
  const rule = "-".repeat(Math.max(...formatted.map((line) => [...line].length)));
  return [title, "", formatted[0]!, rule, ...formatted.slice(1), "", ...notes].join("\n").trimEnd() + "\n";
}

/** Markdown; the best cell of a row is bold. */
export function toMarkdown({ title, head, rows, notes }: TableView): string {
  const escape = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\r?\n/g, " ");
  const line = (cells: string[]) => `| ${cells.map(escape).join(" | ")} |`;
  const body = rows.map((row) => line(cellsOf(row, ({ text, best }) => (best ? `**${text}**` : text))));
  const rule = `| ${head.map((_, column) => (column === 0 ? "---" : "---:")).join(" | ")} |`;
  return [`**${title}**`, "", line(head), rule, ...body, "", notes.join("\n\n")].join("\n").trimEnd() + "\n";
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);

/** By media type, as a notebook shows a table. */
export const viewFormats = (view: TableView) => ({ "text/html": toHtml(view), "text/plain": toText(view) });

/** HTML that needs no style sheet; the best cell of a row is bold. */
export function toHtml({ title, head, rows, notes }: TableView): string {
  const align = (column: number) =>
    column === 0
      ? "text-align:left;padding:2px 10px"
      : "text-align:right;padding:2px 10px;white-space:nowrap";
  const heads = head.map((text, column) => `<th style="${align(column)}">${escapeHtml(text)}</th>`).join("");
  const body = rows.map((row) => {
    const cells = cellsOf(
      row,
      ({ text, best }) => (best ? `<strong>${escapeHtml(text)}</strong>` : escapeHtml(text)),
    );
    cells[0] = escapeHtml(row.label);
    return `<tr>${cells.map((text, column) => `<td style="${align(column)}">${text}</td>`).join("")}</tr>`;
  });
  const foot = notes.length === 0
    ? ""
    : `<tfoot><tr><td colspan="${head.length}" style="text-align:left;padding:6px 10px;font-size:smaller">` +
      `${notes.map(escapeHtml).join("<br>")}</td></tr></tfoot>`;
  return `<div style="overflow-x:auto"><table style="border-collapse:collapse"><caption style="text-align:left;padding:4px 10px">` +
    `<strong>${escapeHtml(title)}</strong></caption><thead><tr>${heads}</tr></thead>` +
    `<tbody>${body.join("")}</tbody>${foot}</table></div>\n`;
}
