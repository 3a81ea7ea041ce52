/** A row of a line or a band. */
export interface Height {
  x: number;
  low: number;
  high: number;
}

/**
 * Rows enough to draw a line or a band: of each of some equal parts of the range of x the first row, the lowest and the
 * highest. No spike is lost, and a file of thousands of points stays small.
 *
 * @param rows ordered by x
 */
export function thin<T extends Height>(rows: readonly T[], parts: number): T[] {
  if (rows.length <= 3 * parts) return [...rows];
  const [first, last] = [rows[0]!.x, rows.at(-1)!.x];
  const partOf = ({ x }: T) => Math.min(parts - 1, Math.floor((parts * (x - first)) / (last - first || 1)));
  return [...Map.groupBy(rows, partOf).values()].flatMap((members) => {
    const lowest = members.reduce((a, b) => (b.low < a.low ? b : a));
    const highest = members.reduce((a, b) => (b.high > a.high ? b : a));
    const kept = new Set([members[0]!, lowest, highest]);
    return members.filter((row) => kept.has(row));
  });
}
