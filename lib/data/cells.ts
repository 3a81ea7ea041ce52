/** Texts that stand for a missing cell, compared without regard to case, unless a caller declares others. */
export const MISSING_TEXTS: readonly string[] = ["", "NA", "NaN", "?", "null"];

const INFINITE = /^[+-]?inf(inity)?$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/** Whether a text that JavaScript reads as a number is a decimal one: not empty, not 0x10, 0o7 or 0b1. */
const isDecimal = (text: string): boolean => text !== "" && !/^0[xob]/i.test(text);

/** The finite number that a cell's text is; NaN for every other text, an infinity for one beyond all numbers. */
export function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value)) return isDecimal(text) ? value : NaN;
  return INFINITE.test(text) ? Infinity : NaN;
}

/** A test for missing cells; `texts` in any case of letters. */
export function missingTest(texts: readonly string[]): (text: string) => boolean {
  const lower = new Set(texts.map((text) => text.toLowerCase()));
  const longest = Math.max(0, ...texts.map(({ length }) => length));
  return (text) => text.length <= longest && lower.has(text.toLowerCase());
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
