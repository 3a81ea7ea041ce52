import type { BitMatrix } from "./bits.ts";

/** A bit matrix of which the number of rows is not known yet. */
export interface GrowingBits {
  stride: number;
  /** Its bytes with room for `rows` rows; they may be another array than before, bits beyond those written are 0. */
  room(rows: number): Uint8Array;
  /** The matrix of its first rows. */
  done(rows: number): BitMatrix;
}

const FIRST_ROWS = 1024;

/**
 * Grows to the rows that are expected, within limits, so that large matrices are copied once or twice while they are read.
 * Memory that no row has reached takes no place.
 *
 * @param expectedRows a guess of how many there will be, asked for when there is no room left
 */
export function growingBits(columns: number, expectedRows: () => number): GrowingBits {
  const stride = (columns + 7) >> 3;
  let bytes = new Uint8Array(0);
  return {
    stride,
    room(rows) {
      if (rows * stride <= bytes.length) return bytes;
      const held = bytes.length / stride;
      const most = Math.max(4 * held, rows);
      const least = Math.max(FIRST_ROWS, rows, Math.ceil(1.25 * held));
      const larger = new Uint8Array(Math.max(least, Math.min(most, expectedRows())) * stride);
      larger.set(bytes);
      return bytes = larger;
    },
    done(rows) {
      const used = this.room(rows).subarray(0, rows * stride);
      // A view on much more than it shows would be copied whole by those who send it to a worker.
      return { rows, columns, stride, bytes: bytes.length > 1.1 * used.length ? used.slice() : used };
    },
  };
}
