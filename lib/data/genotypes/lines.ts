import { UserError } from "../../errors.ts";
import { nextNewline, wordsOf } from "./newline.ts";
import { type OnBytes, unpacked } from "./unpacked.ts";

/**
 * Told of each line: bytes `start` to `end` without the line end, valid until it returns, and the line's number from 1.
 * False ends the reading.
 */
export type OnLine = (bytes: Uint8Array, start: number, end: number, line: number) => boolean;

const RETURN = 0x0d;

/**
 * Gives the lines of a file, plain or gzip, to `onLine`; lines may end with CR and LF. No more is kept than one piece of
 * the file and one line.
 *
 * @throws UserError if it cannot be read, and for gzip data that are cut short or damaged, with the line before and how
 *   many bytes of the file were read.
 */
export async function eachLine(path: string, what: string, onLine: OnLine, onBytes?: OnBytes): Promise<void> {
  let carry = new Uint8Array(1 << 16);
  let carried = 0;
  let line = 0;
  let read = 0;
  const keep = (bytes: Uint8Array) => {
    if (carried + bytes.length > carry.length) {
      const larger = new Uint8Array(2 * (carried + bytes.length));
      larger.set(carry.subarray(0, carried));
      carry = larger;
    }
    carry.set(bytes, carried);
    carried += bytes.length;
  };
  const give = (bytes: Uint8Array, start: number, end: number): boolean => {
    line++;
    return onLine(bytes, start, end > start && bytes[end - 1] === RETURN ? end - 1 : end, line);
  };
  const counted: OnBytes = (done, of) => {
    read = done;
    onBytes?.(done, of);
  };
  try {
    for await (const piece of unpacked(path, what, counted)) {
      const words = wordsOf(piece);
      let start = 0;
      for (let end; (end = nextNewline(piece, words, start)) >= 0; start = end + 1) {
        let goOn;
        if (carried > 0) {
          keep(piece.subarray(start, end));
          goOn = give(carry, 0, carried);
          carried = 0;
        } else goOn = give(piece, start, end);
        if (!goOn) return;
      }
      keep(piece.subarray(start));
    }
    if (carried > 0) give(carry, 0, carried);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string };
    if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
    const problem = code === "Z_BUF_ERROR"
      ? "gzip data end too early: the file is cut short"
      : "damaged gzip data";
    throw new UserError(
      `${path}, after line ${line} (within the first ${read} bytes of the file): ${problem}; ` +
        `copy or download it again (${message})`,
    );
  }
}
