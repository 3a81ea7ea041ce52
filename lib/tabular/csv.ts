import type { DecodedTarget } from "../data/mod.ts";

/** As many digits as float32 arithmetic can give, and as a float64 has. */
const DIGITS = 9;
const MOST_DIGITS = 17;

/** Digits that tell numbers apart which are near each other and far from 0: what they have in common is given, too. */
function digitsOf(values: ArrayLike<number>): number {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    [low, high] = [Math.min(low, values[i]!), Math.max(high, values[i]!)];
  }
  const shared = Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low));
  return Number.isFinite(shared) ? Math.min(MOST_DIGITS, DIGITS + Math.max(0, Math.floor(shared))) : DIGITS;
}

const written = (digits: number) => (value: number): string => String(Number(value.toPrecision(digits)));

/** A cell of a CSV file; quoted where a comma, quote, line end or outer blank would be misread. */
const cell = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * Predictions as the text of a CSV file, a line per row in their order: `prediction` alone for a number; for a class
 * `prediction` and a column `probability_CLASS` for each class.
 */
export function predictionsCsv(prediction: DecodedTarget): string {
  const lines = prediction.kind === "numeric"
    ? ["prediction", ...Array.from(prediction.values, written(digitsOf(prediction.values)))]
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
      [cell(label), ...Array.from(probabilities.subarray(row * width, (row + 1) * width), written(DIGITS))]
        .join(",")
    ),
  ];
}
