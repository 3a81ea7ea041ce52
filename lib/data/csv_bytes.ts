import { isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";

const lineAt = (bytes: Uint8Array, offset: number): number => {
  let line = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === 0x0a) line++;
  return line;
};

/** The first line that is not UTF-8; a line end never lies inside a UTF-8 character. */
function firstBadLine(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1;; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found + 1;
    if (!isUtf8(bytes.subarray(start, end)) || found < 0) return line;
    start = end;
  }
}

/**
 * The text of a table as UTF-8 bytes, unpacked if it is gzip (found by content, not by name).
 *
 * @throws UserError for damaged gzip data, UTF-16, binary content and bytes that are not UTF-8.
 */
export function textBytes(bytes: Uint8Array, source: string): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes);
    } catch (error) {
      throw new UserError(`${source}: truncated or damaged gzip file: ${(error as Error).message}`);
    }
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UserError(`${source}: expected UTF-8 text, found UTF-16; save it as UTF-8`);
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    throw new UserError(
      `${source}, line ${lineAt(bytes, zero)}: expected a text table, found a binary file (a NUL byte)`,
    );
  }
  if (!isUtf8(bytes)) {
    throw new UserError(
      `${source}, line ${firstBadLine(bytes)}: expected UTF-8 text, found other bytes; save it as UTF-8`,
    );
  }
  return bytes;
}
