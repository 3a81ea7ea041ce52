const TAB = 0x09;
const COLON = 0x3a;
/** Columns before the first call. */
export const FIXED_COLUMNS = 9;

/**
 * Finds the tabs after the first nine columns of a record, or after fewer if it has no more.
 *
 * @param tabs [9], written
 * @returns how many were found
 */
export function findTabs(bytes: Uint8Array, start: number, end: number, tabs: Int32Array): number {
  let count = 0;
  for (let at = start; at < end && count < FIXED_COLUMNS; at++) if (bytes[at] === TAB) tabs[count++] = at;
  return count;
}

/** The whole number in these bytes; NaN if they hold anything but digits, or more than a position has. */
export function wholeNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 10) return NaN;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    value = 10 * value + digit;
  }
  return value;
}

/** Whether bytes `start` to `end` are those of `other`. */
export function sameBytes(bytes: Uint8Array, start: number, end: number, other: Uint8Array): boolean {
  if (end - start !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false;
  return true;
}

/** What a FORMAT column holds: `GT` alone, `GT` and more, or `GT` not at its first place. */
export function formatOf(bytes: Uint8Array, start: number, end: number): "alone" | "first" | "absent" {
  const isFirst = end - start >= 2 && bytes[start] === 0x47 && bytes[start + 1] === 0x54;
  if (!isFirst || (end - start > 2 && bytes[start + 2] !== COLON)) return "absent";
  return end - start === 2 ? "alone" : "first";
}

/** Columns of a line. */
export function countColumns(bytes: Uint8Array, start: number, end: number): number {
  let columns = 1;
  for (let at = start; at < end; at++) if (bytes[at] === TAB) columns++;
  return columns;
}

const decoder = new TextDecoder();
/** Longer texts are rare, and arguments of a call are limited. */
const SHORT = 64;

/** The text of a field. IDs and alleles are short, where a decoder's start takes most of the time. */
export function fieldText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 1 && bytes[start]! < 0x80) return String.fromCharCode(bytes[start]!);
  const field = bytes.subarray(start, end);
  if (field.length > SHORT) return decoder.decode(field);
  for (let i = 0; i < field.length; i++) if (field[i]! >= 0x80) return decoder.decode(field);
  return String.fromCharCode.apply(null, field as unknown as number[]);
}
