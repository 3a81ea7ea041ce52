import type { DecodedTarget } from "../data/mod.ts";

/** As many digits as float32 arithmetic can give. */
const DIGITS = 9;

const number = (value: number): string => String(Number(value.toPrecision(DIGITS)));

/** A cell of a CSV file; quoted where a comma, quote, line end or outer blank would be misread. */
const cell = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * Predictions as the text of a CSV file, a line per row in their order: `prediction` alone for a number; for a class
 * `prediction` and a column `probability_CLASS` for each class.
 */
export function predictionsCsv(prediction: DecodedTarget): string {
  const lines = prediction.kind === "numeric"
    ? ["prediction", ...Array.from(prediction.values, number)]
    : classLines(prediction);
  return lines.join("\n") + "\n";
}

function classLines(
  { classes, labels, probabilities }: DecodedTarget & { kind: "categorical" },
): string[] {
  const head = ["prediction", ...classes.map((label) => `probability_${label}`)].map(cell).join(",");
  const width = classes.length;
  return [
    head,
    ...labels.map((label, row) =>
      [cell(label), ...Array.from(probabilities.subarray(row * width, (row + 1) * width), number)].join(",")
    ),
  ];
}
