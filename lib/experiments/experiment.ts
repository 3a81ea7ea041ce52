import { createHash } from "node:crypto";
import type { EncodedTable, Fold } from "../data/mod.ts";
import { unknown } from "../data/nearest.ts";
import type { CountRanges } from "../data/task_source.ts";
import { UserError } from "../errors.ts";
import type { Parameter } from "../nn/parameters.ts";
import type { Process } from "../models/process/registry.ts";
import type { BuildTableModel } from "../models/table/mod.ts";
import type { Figure } from "../plots/mod.ts";
import type { Json, RunIdentity, RunOutcome, RunRecord, TableView } from "../results/mod.ts";
import type { ProcessRecipe } from "../train/process/recipe.ts";
import { chosenOptions, optionValue, withOptions } from "../options.ts";
import { TABLE_OPTIONS, type TableOptions } from "../train/table/options.ts";
import type { Recipe } from "../train/table/recipe.ts";
import type { Profile } from "./profiles.ts";

/** What a run gives; the rest of its record is the same for all runs. */
export type Outcome<Details extends Json = Json> =
  & Pick<RunOutcome, "metrics" | "seconds" | "steps" | "parameters">
  & { compiledBytes: number | null; details?: Details };

/** The training step of a run, as plain as a plan needs it. */
export type PlannedProgram =
  | { kind: "table"; recipe: Recipe; read: () => Promise<{ table: EncodedTable; fold: Fold }> }
  | { kind: "process"; recipe: ProcessRecipe; ranges: CountRanges; batch: number; all?: number };

export interface ExecuteOptions {
  /** Ends the run early, as a stop request does. */
  signal?: AbortSignal;
  /** What a progress line of its own is called; without it there is none. */
  label?: string;
  /** The file that keeps the state of a training; it is removed when the run has its record. */
  checkpoint?: string;
}

/** One training or measurement with a record of its own, which needs no other one. */
export interface Run<Details extends Json = Json> {
  /** Words with slashes between them, plain to any shell: "uci/yacht/spin/fold0". */
  id: string;
  /** What its record is known by; absent where that takes data that are large or not there (see `identify`). */
  identity?: RunIdentity;
  /** The identity after loading what it takes. @throws UserError if that is not there */
  identify?(): Promise<RunIdentity>;
  /** Runs with the same data and model run the same program. */
  data: string;
  model: string;
  /** Optimiser steps; 0 for a measurement. */
  steps: number;
  /** What is not there, and where to put it; who names the run runs it all the same, and is told more. */
  needs?: string;
  program?: PlannedProgram;
  /** True for a program that others have written: `reproduce` does not repeat it. */
  external?: boolean;
  /** True if only a run of this machine will do: it leaves more than its record, such as weights. */
  own?: boolean;
  /** @returns undefined if it was stopped */
  execute(options: ExecuteOptions): Promise<Outcome<Details> | undefined>;
  /** A beginning of the run, whose measures are those of the whole run so far: what `reproduce` may compare in its place. */
  beginning?: {
    /** About how many seconds it takes, from the record of the whole run. */
    seconds(record: RunRecord): number;
    execute(): Promise<Outcome<Details> | undefined>;
  };
}

/** How a result of the paper came out here, by a rule over the records, and what decided it: a sentence. */
export interface Answer {
  word: "reproduced" | "reproduced in part" | "not reproduced" | "not tried at this size";
  why: string;
  /** The authors' figures for it, in words; without them they are not known here. */
  authors?: string;
}

/** The word for so many parts of a claim that hold. */
export const wordOf = (held: number, parts: number): Answer["word"] =>
  held === parts ? "reproduced" : held > 0 ? "reproduced in part" : "not reproduced";

/** Tables and figures by name, and what they say in words made from the numbers. */
export interface Report {
  tables: Record<string, TableView>;
  figures: Record<string, Figure>;
  /** Markdown. */
  verdict: string;
  /** Of experiments that repeat a result of the paper. */
  answer?: Answer;
}

/** The records of an experiment, whose type is `R`. */
export const recordsOf = <R = RunRecord>(records: readonly RunRecord[], name: string): R[] =>
  records.filter(({ experiment }) => experiment === name) as unknown as R[];

/** What there is: tables or figures by name, without those that are false. */
export const present = <T>(named: Record<string, T | false | undefined>): Record<string, T> =>
  Object.fromEntries(Object.entries(named).flatMap(([name, value]) => value ? [[name, value]] : []));

/** In all, 0 `steps` are those of the profile, and `model` and `recipe` what is changed for all models. */
export interface Settings {
  profile: Profile;
}

/**
 * What a user may change: lists also as words with commas between them, numbers also as text; nothing, "" and 0 steps or
 * folds keep the default; "none" is an empty list.
 */
export type Changes<S> =
  & { [Name in Exclude<keyof S, "profile">]?: S[Name] | string | null }
  & { [Name in Exclude<HyperparameterOf<S>, keyof S>]?: TableOptions[Name] | string | null };

/** Experiments on tables take the hyperparameters of table models by name, for all models that they train. */
type HyperparameterOf<S> = S extends { model: object; recipe: object } ? keyof TableOptions : never;

export interface Experiment<S extends Settings = Settings, Details extends Json = Json> {
  /** The first word of its runs' ids, and the experiment in their records. */
  name: string;
  /** The notebook that shows it. */
  notebook: string;
  /** The settings of a profile, with changes. @throws UserError for what there is not, with the nearest there is */
  settings(profile: Profile, changes?: Changes<S>): S;
  runs(settings: S): Run<Details>[] | Promise<Run<Details>[]>;
  /** @param records of any experiments; those of others are left out */
  report(records: readonly RunRecord[]): Report;
  /** Changes to the settings of its profile that have the run of a record among their runs. */
  changesOf?(record: RunRecord<Details>): Changes<S>;
}

/** A run's id: lower case, figures, and "-", "." and "_" in its words. */
export const runId = (...words: (string | number)[]): string =>
  words.map((word) => String(word).toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-")).join("/");

/**
 * A run that is known by what it is told of: an experiment, the words of its id behind that, its data in records (`of`) and
 * for readers. Without them it has no step, no fold, and the profile that measurements have in all profiles.
 */
export function runOf<Details extends Json>(
  { experiment, words, profile = "quick", of, fold = null, seed, configuration, ...run }:
    & Pick<RunIdentity, "experiment" | "seed" | "configuration">
    & Partial<Pick<RunIdentity, "profile" | "fold">>
    & Pick<Partial<Run<Details>>, "steps" | "beginning" | "own" | "program" | "external" | "needs">
    & Pick<Run<Details>, "data" | "model" | "execute">
    & { words: readonly (string | number)[]; of: RunIdentity["data"] },
): Run<Details> & { identity: RunIdentity } {
  const identity = { experiment, profile, model: run.model, data: of, fold, seed, configuration };
  return { id: runId(experiment, ...words), steps: 0, ...run, identity };
}

/** What an outcome tells of work that has trained nothing. */
export const untrained = (seconds: Partial<Outcome["seconds"]> = {}) => ({
  seconds: { compile: 0, train: 0, evaluate: 0, ...seconds },
  steps: 0,
  parameters: 0,
  compiledBytes: null,
});

/** A function that is called once, however often its result is asked for. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/** Plain data as a record keeps it. */
export const asJson = (value: object): Record<string, Json> => value as Record<string, Json>;

/** A recipe or its like without its seed, which stands in an identity by itself. */
export function configurationOf(
  { seed: _, ...rest }: { seed: number },
  more: object = {},
): Record<string, Json> {
  return asJson({ ...rest, ...more });
}

/** A recipe with what a user changes about all of them; 0 steps are those of the recipe. */
export const tableRecipe = (
  recipe: Recipe,
  { steps, recipe: changes, model }: { steps: number; recipe: Partial<Recipe>; model: Recipe["model"] },
): Recipe => ({
  ...recipe,
  ...changes,
  optimizer: { ...recipe.optimizer, ...changes.optimizer },
  model: { ...recipe.model, ...changes.model, ...model },
  ...steps ? { steps } : {},
});

/** For these a 0 asks for nothing. */
const COUNTS = ["steps", "folds"];

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === "";

/**
 * Settings out of those of a profile and what a user changes about them.
 *
 * @param choices the names that a list may have; objects in a list are taken as they are
 * @throws UserError for a setting, or a name in a list, that there is not, with the nearest there are; for another type
 */
export function changed<S extends Settings>(
  defaults: S,
  changes: Changes<S> = {},
  choices: { [Name in keyof S]?: readonly string[] } = {},
): S {
  const settings = { ...defaults } as unknown as Record<string, unknown>;
  const options = "recipe" in defaults && "model" in defaults ? TABLE_OPTIONS : {};
  const chosen: [string, unknown][] = [];
  for (const [name, value] of Object.entries(changes)) {
    if (name === "profile" || !(name in defaults)) {
      if (name in options) {
        const option = TABLE_OPTIONS[name as keyof typeof TABLE_OPTIONS];
        // 0 is a value of some of them.
        const empty = isEmpty(value) || (value === 0 && !option.holds(0));
        if (!empty) chosen.push([name, optionValue(option, value)]);
        continue;
      }
      const known = [...Object.keys(defaults), ...Object.keys(options)].filter((one) => one !== "profile");
      throw new UserError(`there is no setting ${unknown(name, known)}`);
    }
    const given = defaults[name as keyof S] as unknown;
    const nothing = (Array.isArray(value) && value.length === 0) || (value === 0 && COUNTS.includes(name));
    if (isEmpty(value) || nothing) continue;
    settings[name] = Array.isArray(given)
      ? listOf(name, value, choices[name as keyof S], typeof given[0] === "number")
      : sameType(name, value, given);
  }
  if (chosen.length > 0) {
    const { model, ...recipe } = withOptions<Partial<Recipe>, typeof TABLE_OPTIONS>(
      {},
      TABLE_OPTIONS,
      chosenOptions(TABLE_OPTIONS, Object.fromEntries(chosen)),
    );
    settings["recipe"] = { ...settings["recipe"] as object, ...recipe };
    settings["model"] = { ...settings["model"] as object, ...model };
  }
  for (const name of COUNTS) {
    const count = settings[name];
    if (name in settings && count !== undefined && !(Number.isInteger(count) && (count as number) >= 0)) {
      throw new UserError(`${name}: expected a whole number from 0, found ${count}`);
    }
  }
  return settings as unknown as S;
}

/** A function that gives the settings of a profile with changes. @throws UserError as `changed` does */
export const settingsOf = <S extends Settings>(
  defaults: (profile: Profile) => Omit<S, "profile">,
  choices?: { [Name in keyof S]?: readonly string[] },
) =>
(profile: Profile, changes?: Changes<S>): S =>
  changed({ profile, ...defaults(profile) } as unknown as S, changes, choices);

function listOf(
  name: string,
  value: unknown,
  choices: readonly string[] | undefined,
  numbers: boolean,
): unknown[] {
  const list = value === "none"
    ? []
    : typeof value === "string"
    ? value.split(",").map((word) => word.trim()).filter((word) => word !== "")
    : Array.isArray(value)
    ? value
    : [value];
  return list.map((one) => {
    if (numbers) {
      const number = Number(one);
      if (one === "" || !Number.isFinite(number)) {
        throw new UserError(`${name}: expected numbers, found ${JSON.stringify(one)}`);
      }
      return number;
    }
    if (choices && typeof one === "string" && !choices.includes(one)) {
      throw new UserError(`${name}: there is no ${unknown(one, choices)}`);
    }
    if (typeof one === "object") checkVariant(name, one, choices);
    else if (typeof one !== "string") {
      throw new UserError(`${name}: expected names, found ${JSON.stringify(one)}`);
    }
    return one;
  }).map((one, i, all) => {
    if (numbers || all.findIndex((other) => nameIn(other) === nameIn(one)) === i) return one;
    throw new UserError(`${name}: ${JSON.stringify(nameIn(one))} is there twice`);
  });
}

const nameIn = (one: unknown): unknown =>
  typeof one === "object" && one !== null ? nameOf(one as { name: string }) : one;

/** @throws UserError for what is no variant, or has the name of something else. */
function checkVariant(list: string, one: unknown, choices: readonly string[] = []): void {
  const { name, build } = (one ?? {}) as { name?: unknown; build?: unknown };
  if (typeof name !== "string" || name === "" || typeof build !== "function") {
    throw new UserError(
      `${list}: expected a name, or { name, build } of a model of your own, found ${Deno.inspect(one)}`,
    );
  }
  if (choices.includes(name)) {
    throw new UserError(`${list}: "${name}" is the name of a model that there is; give yours another`);
  }
}

function sameType(name: string, value: unknown, given: unknown): unknown {
  if (typeof given === "string" || typeof given === "boolean") {
    if (typeof value === typeof given) return value;
    throw new UserError(`${name}: expected a ${typeof given}, found ${JSON.stringify(value)}`);
  }
  if (typeof given !== "number") return value;
  const number = typeof value === "string" ? Number(value) : value;
  if (Number.isFinite(number)) return number;
  throw new UserError(`${name}: expected a number, found ${JSON.stringify(value)}`);
}

/** A table model of one's own. Its records are known by its name and by the text of its function. */
export interface TableVariant {
  name: string;
  build: BuildTableModel;
  /** How its training differs from SPIN's; what the function takes from outside itself should be here, too. */
  recipe?: Partial<Recipe>;
}

/** Makes a neural process of one's own, with the widths and the seed of a recipe. */
export type BuildProcess = (recipe: ProcessRecipe) => Process;

/** A neural process of one's own; see `TableVariant`. */
export interface ProcessVariant {
  name: string;
  build: BuildProcess;
}

export const nameOf = (model: string | { name: string }): string =>
  typeof model === "string" ? model : model.name;

/**
 * What tells the records of a variant from those of another one: the text of its function, and the names and shapes of the
 * parameters that it makes. What else a function takes from outside itself is not seen. Nothing for models by name.
 *
 * @param made the parameters of the variant; disposed of
 */
export function variantConfiguration(
  model: string | { build: { toString(): string } },
  made: readonly Parameter[] = [],
): Record<string, Json> {
  if (typeof model === "string") return {};
  const shapes = made.map(({ name, shape }) => `${name} ${shape}`).join("\n");
  made.forEach((parameter) => parameter.dispose());
  return { build: createHash("sha256").update(`${model.build}\n${shapes}`).digest("hex").slice(0, 16) };
}
