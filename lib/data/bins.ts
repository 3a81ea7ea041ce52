import type { EncodedTable } from "./encode.ts";

/**
 * The same table, its numeric columns with the edges of `bins` bins that hold about as many of the given rows each.
 * Columns of few different values have fewer bins: one between each two neighbours.
 *
 * @param rows whose values count; missing cells do not
 */
export function withBins(table: EncodedTable, rows: Int32Array, bins: number): EncodedTable {
  const d = table.columns.length;
  const dn = table.columns.filter(({ kind }) => kind === "numeric").length;
  let numeric = 0;
  const columns = table.columns.map((column, at) => {
    if (column.kind !== "numeric") return column;
    const j = numeric++;
    const values = new Float64Array(rows.length);
    let known = 0;
    for (const row of rows) {
      if (!table.missing[row * d + at]) values[known++] = table.values[row * dn + j]!;
    }
    return { ...column, edges: edgesOf(values.subarray(0, known).sort(), bins) };
  });
  return { ...table, columns };
}

/** Edges of at most `bins` bins of ascending values: neighbouring quantiles that differ. */
function edgesOf(sorted: Float64Array, bins: number): number[] {
  const distinct = [...new Set(sorted)];
  if (distinct.length <= bins + 1) return distinct;
  const quantiles = Array.from(
    { length: bins + 1 },
    (_, k) => sorted[Math.round(k / bins * (sorted.length - 1))]!,
  );
  return [...new Set(quantiles)];
}
