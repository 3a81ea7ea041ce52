/** A matrix of bits, row by row; each row starts at a byte, the first column in its lowest bit. */
export interface BitMatrix {
  rows: number;
  columns: number;
  /** Bytes of a row. */
  stride: number;
  /** [rows · stride] */
  bytes: Uint8Array;
}

/** All bits 0. */
export function bitMatrix(rows: number, columns: number): BitMatrix {
  const stride = (columns + 7) >> 3;
  return { rows, columns, stride, bytes: new Uint8Array(rows * stride) };
}

export const getBit = ({ stride, bytes }: BitMatrix, row: number, column: number): number =>
  (bytes[row * stride + (column >> 3)]! >> (column & 7)) & 1;

export function setBit({ stride, bytes }: BitMatrix, row: number, column: number): void {
  bytes[row * stride + (column >> 3)]! |= 1 << (column & 7);
}

/** How many bits are set in each row, [rows]. Bits beyond the columns are 0 and count for nothing. */
export function rowCounts({ rows, stride, bytes }: BitMatrix): Uint32Array {
  const counts = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    let count = 0;
    for (let i = row * stride; i < (row + 1) * stride; i++) count += SET_BITS[bytes[i]!]!;
    counts[row] = count;
  }
  return counts;
}

/** Number of set bits of each byte. */
const SET_BITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let bits = byte; bits > 0; bits >>= 1) count += bits & 1;
  return count;
});
