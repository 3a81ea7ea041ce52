/**
 * Hyperparameters, named once: a flat set of options, what each may be, and where it stands in a recipe. A new one is a line in
 * a table of these.
 */
import { unknown } from "./data/nearest.ts";
import { UserError } from "./errors.ts";

export interface Option<T> {
  /** A few words for readers. */
  about: string;
  /** The words of an error: "a whole number from 1". */
  expected: string;
  holds(value: unknown): value is T;
  /** Where it stands in a recipe, by names with dots between them; the first one is read, all are written. */
  places: readonly string[];
  choices?: readonly T[];
}

export type OptionTable = Record<string, Option<unknown>>;

/** The options of a table as a user gives them. */
export type OptionsOf<Table extends OptionTable> = {
  -readonly [Name in keyof Table]?: Table[Name] extends Option<infer T> ? T : never;
};

const numberOption = (
  about: string,
  places: readonly string[],
  expected: string,
  within: (value: number) => boolean,
): Option<number> => ({
  about,
  places,
  expected,
  holds: (value): value is number => typeof value === "number" && Number.isFinite(value) && within(value),
});

/** A whole number from `least`. */
export const whole = (about: string, places: readonly string[], least = 1): Option<number> =>
  numberOption(
    about,
    places,
    Number.isFinite(least) ? `a whole number from ${least}` : "a whole number",
    (value) => Number.isInteger(value) && value >= least,
  );

export const positive = (about: string, ...places: string[]): Option<number> =>
  numberOption(about, places, "a number above 0", (value) => value > 0);

export const notNegative = (about: string, ...places: string[]): Option<number> =>
  numberOption(about, places, "a number from 0", (value) => value >= 0);

/** A share between 0 and 1; `open` leaves one of these ends out. */
export const share = (about: string, places: readonly string[], open?: 0 | 1): Option<number> =>
  numberOption(
    about,
    places,
    open === undefined
      ? "a number from 0 to 1"
      : open === 0
      ? "a number above 0, to 1"
      : "a number from 0 to below 1",
    (value) => value >= 0 && value <= 1 && value !== open,
  );

export const oneOf = <T extends string>(about: string, place: string, choices: readonly T[]): Option<T> => ({
  about,
  places: [place],
  choices,
  expected: `one of ${choices.join(", ")}`,
  holds: (value): value is T => choices.includes(value as T),
});

const at = (object: unknown, place: string): unknown =>
  place.split(".").reduce((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], object);

function put(object: object, [name, ...rest]: string[], value: unknown): object {
  const inner = (object as Record<string, unknown>)[name!];
  return { ...object, [name!]: rest.length === 0 ? value : put((inner ?? {}) as object, rest, value) };
}

/** @throws UserError for a value that an option cannot have */
export function checkOption(name: string, option: Option<unknown>, value: unknown): void {
  if (!option.holds(value)) {
    throw new UserError(
      `option "${name}" (${option.about}): expected ${option.expected}, found ${shown(value)}`,
    );
  }
}

const shown = (value: unknown): string =>
  typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);

/** @throws UserError for a value that is none of the choices; undefined is the default */
export function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw new UserError(`${name}: expected one of ${choices.join(", ")}, found ${JSON.stringify(value)}`);
}

/**
 * @param what is given them, for the error
 * @throws UserError for a name that is not known, with the nearest ones
 */
export function checkNames(given: object, known: readonly string[], what: string): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw new UserError(`${what}: there is no option ${unknown(name, known)}`);
  }
}

/** The options among what is given, checked; undefined ones are left out. @throws UserError for a value out of range */
export function chosenOptions<Table extends OptionTable>(table: Table, given: object): OptionsOf<Table> {
  const chosen = Object.entries(given).filter(([name, value]) => name in table && value !== undefined);
  for (const [name, value] of chosen) checkOption(name, table[name]!, value);
  return Object.fromEntries(chosen) as OptionsOf<Table>;
}

/** A recipe with options put in their places; those that are not given stay as they are. */
export function withOptions<Recipe extends object, Table extends OptionTable>(
  recipe: Recipe,
  table: Table,
  options: OptionsOf<Table>,
): Recipe {
  return Object.entries(options).reduce<object>(
    (changed, [name, value]) =>
      table[name]!.places.reduce((inner, place) => put(inner, place.split("."), value), changed),
    recipe,
  ) as Recipe;
}

/** The options that a recipe stands for; those that it has no place for are left out. */
export function optionsOf<Table extends OptionTable>(table: Table, recipe: object): OptionsOf<Table> {
  const found = Object.entries(table).map(([name, { places }]) => [name, at(recipe, places[0]!)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as OptionsOf<Table>;
}

/** An option's value out of a notebook's or a command's text: numbers as such. */
export function optionValue(option: Option<unknown>, value: unknown): unknown {
  if (typeof value !== "string" || option.choices) return value;
  const number = value.trim() === "" ? NaN : Number(value);
  return Number.isFinite(number) ? number : value;
}

/** The names whose values are not the same in all of some sets of options, in the order of their first mention. */
export function differing(sets: readonly Record<string, unknown>[]): string[] {
  const names = [...new Set(sets.flatMap((set) => Object.keys(set)))];
  return names.filter((name) => new Set(sets.map((set) => shown(set[name]))).size > 1);
}
