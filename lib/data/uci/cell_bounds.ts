const [COMMA, BACKSLASH, BLANK, TAB, QUOTE, DOUBLE_QUOTE] = [0x2c, 0x5c, 0x20, 0x09, 0x27, 0x22];

/** Where the cells of a line are: cell i from starts[i] to ends[i], blanks around it left out, quotes not. */
export interface CellBounds {
  starts: Int32Array;
  ends: Int32Array;
}

/** Room for the cells of a line, and one more to find that there are too many. */
export const cellBounds = (most: number): CellBounds => ({
  starts: new Int32Array(most + 1),
  ends: new Int32Array(most + 1),
});

/**
 * Finds the cells of a line, parted by commas.
 *
 * @param quotes whether a cell that begins with a quote goes on to the next one, a backslash before it not counting
 * @returns how many there are, at most as many as there is room for; -1 for a quote that is not closed
 */
export function findCells(
  { starts, ends }: CellBounds,
  bytes: Uint8Array,
  start: number,
  end: number,
  quotes: boolean,
): number {
  let count = 0, at = start;
  for (; count < starts.length; count++) {
    while (at < end && (bytes[at] === BLANK || bytes[at] === TAB)) at++;
    starts[count] = at;
    const first = bytes[at];
    if (quotes && at < end && (first === QUOTE || first === DOUBLE_QUOTE)) {
      for (at++; at < end && bytes[at] !== first; at++) if (bytes[at] === BACKSLASH) at++;
      if (at >= end) return -1;
    }
    while (at < end && bytes[at] !== COMMA) at++;
    let last = at;
    while (last > starts[count]! && (bytes[last - 1] === BLANK || bytes[last - 1] === TAB)) last--;
    ends[count] = last;
    if (at >= end) return count + 1;
    at++;
  }
  return count;
}
