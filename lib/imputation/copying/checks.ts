import { UserError } from "../../errors.ts";

/**
 * Rows of a matrix whose columns are sites.
 *
 * @throws UserError if there is no site, no row, or a part of one.
 */
export function rowsOf(what: string, { length }: Uint8Array, columns: number): number {
  if (columns === 0) throw new UserError("copying model: expected at least one site, found none");
  const rows = length / columns;
  if (Number.isInteger(rows) && rows > 0) return rows;
  throw new UserError(`${what}: expected rows of ${columns} sites, found ${length} values`);
}

/** @throws UserError for a value that is not allowed, with its row and column. */
export function checkValues(
  what: string,
  values: Uint8Array,
  columns: number,
  allowed: readonly number[],
): void {
  const known = Uint8Array.from({ length: 256 }, (_, value) => allowed.includes(value) ? 1 : 0);
  let at = 0;
  while (at < values.length && known[values[at]!] === 1) at++;
  if (at === values.length) return;
  throw new UserError(
    `${what}: expected ${allowed.join(", ")}, found ${values[at]} in row ${Math.floor(at / columns)}, ` +
      `column ${at % columns}`,
  );
}

/** @throws UserError for distances that decrease or are no numbers. */
export function checkDistances(what: string, centimorgans: ArrayLike<number>): void {
  for (let i = 0; i < centimorgans.length; i++) {
    const [before, here] = [centimorgans[i - 1] ?? -Infinity, centimorgans[i]!];
    if (Number.isFinite(here) && here >= before) continue;
    throw new UserError(`${what}: expected cM that do not decrease, found ${here} at ${i} after ${before}`);
  }
}
