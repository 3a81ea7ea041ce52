/** Tables as texts to take away: CSV, LaTeX, Markdown, HTML, plain text. Runs in a browser, too. */
import { type TableView, toHtml, toMarkdown, toText } from "./view.ts";

const csvCell = (text: string): string => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Lines of CSV as in RFC 4180, but with a line feed alone. */
export const csv = (lines: readonly (readonly string[])[]): string =>
  lines.map((cells) => cells.map(csvCell).join(",") + "\n").join("");

const linesOf = ({ head, rows }: TableView): string[][] => [
  head,
  ...rows.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)]),
];

/** The cells of a table as they are shown; its title and notes are left out. */
export const toCsv = (table: TableView): string => csv(linesOf(table));

const LATEX: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  "$": "\\$",
  "#": "\\#",
  "_": "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "–": "--",
  "²": "$^2$",
  "⁹": "$^9$",
  "·": "$\\cdot$",
  "×": "$\\times$",
  "≤": "$\\le$",
  "≥": "$\\ge$",
  "µ": "$\\mu$",
  "σ": "$\\sigma$",
  "−": "$-$",
  "√": "$\\surd$",
  "\u00a0": "~",
};

const latexText = (text: string): string =>
  [...text].map((character) => LATEX[character] ?? character).join("");

/** A LaTeX table with the rules of the package booktabs; the best cell of a row is bold. */
export function toLatex({ title, head, rows, notes }: TableView): string {
  // What follows a line end or a rule in brackets, or a star, is read as belonging to that.
  const line = (cells: string[]) => `${cells.join(" & ").replace(/^[[*]/, "{$&}")} \\\\`;
  const body = rows.map(({ label, cells }) =>
    line([
      latexText(label),
      ...cells.map(({ text, best }) => best ? `\\textbf{${latexText(text)}}` : latexText(text)),
    ])
  );
  return [
    "% \\usepackage{booktabs}",
    "\\begin{table}",
    "\\centering",
    `\\caption{${latexText(title)}}`,
    `\\begin{tabular}{l${"r".repeat(head.length - 1)}}`,
    "\\toprule",
    line(head.map(latexText)),
    "\\midrule",
    ...body,
    "\\bottomrule",
    "\\end{tabular}",
    ...notes.length > 0 ? ["", "\\par\\footnotesize", ...notes.map(latexText)] : [],
    "\\end{table}",
    "",
  ].join("\n");
}

/** What a table can be written as, by the ending of a file. */
export const TABLE_FORMATS: Record<string, (table: TableView) => string> = {
  csv: toCsv,
  html: toHtml,
  md: toMarkdown,
  tex: toLatex,
  txt: toText,
};
