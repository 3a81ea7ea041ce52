import { UserError } from "../errors.ts";
import { numberOf } from "./cells.ts";
import type { RawTable } from "./csv.ts";
import { notANumber } from "./typing.ts";

/** Neighbouring 32-bit numbers differ by at most this share of their size. */
const STEP = 2 ** -23;
/** How finely the range of a column should be told apart at least. */
const FINEST = 1e-4;

/**
 * A column of finite numbers: [rows].
 *
 * @throws UserError with line and column for an empty cell and what is no finite number, also in 32 bits; for numbers so
 *   far from 0 that 32 bits do not tell them apart, such as seconds since 1970.
 */
export function functionValues({ source, names, cells, lines }: RawTable, name: string): Float32Array {
  const at = { source, name, lines };
  const values = Float64Array.from(cells[names.indexOf(name)]!, (text, row) => {
    if (text === "") {
      throw new UserError(
        `${source}, line ${lines[row]}, column "${name}": expected a number, found an empty cell`,
      );
    }
    const value = numberOf(text);
    if (!Number.isFinite(value)) throw notANumber(at, row, text);
    if (!Number.isFinite(Math.fround(value))) {
      throw new UserError(
        `${source}, line ${lines[row]}, column "${name}": ${text} is too large for 32 bits`,
      );
    }
    return value;
  });
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high > low && Math.max(-low, high) * STEP > (high - low) * FINEST) {
    throw new UserError(
      `${source}, column "${name}": its numbers, from ${low} to ${high}, are not told apart well enough by 32 bits; ` +
        `subtract ${low} from all of them`,
    );
  }
  return Float32Array.from(values);
}
