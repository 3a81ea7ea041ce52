/** Texts that stand for a missing cell, compared without regard to case, unless a caller declares others. */
export const MISSING_TEXTS: readonly string[] = ["", "NA", "NaN", "?", "null"];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(inity)?$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/** The finite number that a cell's text is; NaN for every other text, Infinity for one beyond all numbers. */
export function numberOf(text: string): number {
  if (NUMBER.test(text)) return Number(text);
  return INFINITE.test(text) ? Infinity : NaN;
}

export const hasDecimalComma = (text: string): boolean => DECIMAL_COMMA.test(text);

/**
 * The class that a categorical cell belongs to. Numbers are written in one way, so that 1, 1.0 and 1e0 are one class in
 * whatever file they come; what is more of a code than a number (007, +3, 18 digits) stays as it is.
 */
export function classOf(text: string): string {
  const value = numberOf(text);
  const isCode = /^[+-]?0\d|^\+/.test(text) || text.replace(/\D/g, "").length > 15;
  return Number.isFinite(value) && !isCode ? String(value) : text;
}

/** Distinct classes in order: by value if all are numbers, else by code point. */
export function sortClasses(classes: Iterable<string>): string[] {
  const sorted = [...new Set(classes)];
  const numeric = sorted.every((text) => Number.isFinite(numberOf(text)));
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return sorted.sort(numeric ? (a, b) => Number(a) - Number(b) || byText(a, b) : byText);
}
