import { Buffer } from "node:buffer";
import { numberOf } from "../cells.ts";

// @types/node does not name this method; it reads a text far faster than TextDecoder does for a few bytes.
const latin1Slice: (start: number, end: number) => string = (Buffer.prototype as never as {
  latin1Slice: (start: number, end: number) => string;
}).latin1Slice;

/** One character for every byte: equal texts for equal bytes. */
export const rawText = (bytes: Uint8Array, start: number, end: number): string =>
  latin1Slice.call(bytes, start, end);

const QUOTES = new Set(["'", '"']);

/** What a cell says: without its quotes, the escapes within them and blanks at its ends. */
export function meaning(raw: string): string {
  const text = Buffer.from(raw, "latin1").toString("utf8");
  const quoted = QUOTES.has(text[0]!) && text.length > 1 && text.endsWith(text[0]!);
  return quoted ? text.slice(1, -1).replaceAll(/\\(.)/g, "$1").trim() : text;
}

/** The number that bytes say, in quotes or not; NaN if they say none. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  // A parser of its own for the bytes is no faster than this for the 19 digits that HIGGS has.
  const raw = rawText(bytes, start, end);
  const value = numberOf(raw);
  return Number.isNaN(value) ? numberOf(meaning(raw)) : value;
}
