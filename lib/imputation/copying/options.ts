import { UserError } from "../../errors.ts";

/** Parameters of the copying model. */
export interface CopyingOptions {
  /** Effective size of the population: how often the copied haplotype changes; 100,000 by default. */
  ne?: number;
  /** Chance that an allele differs from the copied one; 0.003 by default. */
  mismatch?: number;
  /** Bytes that states may take on the device; 400 MB by default. */
  memory?: number;
}

/** All of them, with defaults. @throws UserError for values that are none. */
export function copyingOptions(options: CopyingOptions): Required<CopyingOptions> {
  const { ne = 1e5, mismatch = 0.003, memory = 4e8 } = options;
  if (!(ne > 0 && Number.isFinite(ne))) {
    throw new UserError(`copying model: expected ne above 0, found ${ne}`);
  }
  if (!(mismatch > 0 && mismatch < 0.5)) {
    throw new UserError(`copying model: expected a mismatch between 0 and 0.5, found ${mismatch}`);
  }
  if (!(memory > 0)) throw new UserError(`copying model: expected memory in bytes above 0, found ${memory}`);
  return { ne, mismatch, memory };
}

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
