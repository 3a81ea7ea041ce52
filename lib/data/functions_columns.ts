import { UserError } from "../errors.ts";
import type { RawTable } from "./csv.ts";

/** Which columns hold what. */
export interface FunctionColumns {
  task: string;
  x: readonly string[];
  y: readonly string[];
}

type Names = Pick<RawTable, "source" | "names">;

/**
 * The columns of task, x and y: those that are named, or else `task`, `x` or `x1`, `x2`, ..., `y` or `y1`, `y2`, ...
 *
 * @throws UserError with the columns that there are for one that is missing, and for one that is used twice.
 */
export function functionColumns(
  table: Names,
  { task = "task", x, y }: Partial<FunctionColumns> = {},
): FunctionColumns {
  const chosen = { task, x: x ?? numbered(table, "x"), y: y ?? numbered(table, "y") };
  for (const name of ["x", "y"] as const) {
    if (chosen[name].length === 0) {
      throw new UserError(`columns of ${name}: expected at least one name, found none`);
    }
  }
  const used = new Set<string>();
  for (const name of [task, ...chosen.x, ...chosen.y]) {
    if (!table.names.includes(name)) throw missing(table, `"${name}"`);
    if (used.has(name)) {
      throw new UserError(`${table.source}: column "${name}" is used twice among task, x and y`);
    }
    used.add(name);
  }
  return chosen;
}

/** `x`, or `x1`, `x2` and so on without a gap. */
function numbered(table: Names, letter: string): string[] {
  if (table.names.includes(letter)) return [letter];
  const pattern = new RegExp(`^${letter}[1-9]\\d*$`);
  const found = table.names.filter((name) => pattern.test(name))
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  if (found.length === 0) throw missing(table, `"${letter}", or "${letter}1", "${letter}2" and so on`);
  found.forEach((_, i) => {
    // A column beyond a gap would be left out without a word.
    if (found[i] !== `${letter}${i + 1}`) throw missing(table, `"${letter}${i + 1}" before "${found[i]}"`);
  });
  return found;
}

const missing = ({ source, names }: Names, wanted: string) =>
  new UserError(
    `${source}: expected a column ${wanted}, found ${names.map((name) => `"${name}"`).join(", ")}`,
  );
