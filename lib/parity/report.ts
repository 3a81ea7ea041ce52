import type { GoldenRow } from "./runner.ts";

/** At most so many problems of a case are printed. */
const SHOWN = 3;

/** The heading of a table of `formatRow`s. */
export const REPORT_HEADING =
  "Largest absolute errors; the last column is the worst error as a share of what its tensor may differ.\n" +
  line(["case", "result", "tensors", "output", "loss", "gradient", "of allowed"]);

/** A case as a line of text, with a line for each problem. */
export function formatRow(row: GoldenRow): string {
  const compared = row.tensors > 0;
  const error = (value: number) => compared ? value.toExponential(1) : "-";
  const cells = line([
    row.name,
    row.status,
    String(row.tensors),
    error(row.outputError),
    error(row.lossError),
    error(row.gradientError),
    compared ? `${(100 * row.share).toFixed(1)}%` : "-",
  ]);
  if (row.status === "unsupported") return `${cells}  ${row.problems[0]}`;
  const hidden = row.problems.length - SHOWN;
  const problems = row.problems.slice(0, SHOWN).concat(hidden > 0 ? [`and ${hidden} more`] : []);
  return [cells, ...problems.map((problem) => `    ${problem}`)].join("\n");
}

function line([name, ...rest]: string[]): string {
  return name!.padEnd(32) + rest.map((cell) => cell.padStart(12)).join("");
}
