/** The options of `task predict`, and what they ask for. */
import { MISSING_TEXTS } from "../data/cells.ts";
import { UserError } from "../errors.ts";
import { type QueryOptions, TABLE_MODELS, type TableModelName } from "../tabular/mod.ts";
import { numberValue } from "./arguments.ts";
import type { NamedFile } from "./predict_files.ts";
import { userPath } from "./user_path.ts";

/** What a user typed. */
export interface Wish {
  test: NamedFile;
  out: NamedFile;
  save?: NamedFile;
  load?: NamedFile;
  train?: NamedFile;
  target?: string;
  model?: TableModelName;
  steps?: number;
  seed?: number;
  categorical: string[];
  numeric: string[];
  missing: string[];
  uninformative: "error" | "drop";
  unseen: QueryOptions["unseen"];
}

export const OPTIONS = {
  train: { type: "string", multiple: true, value: "CSV", help: "the table to learn from" },
  test: {
    type: "string",
    multiple: true,
    value: "CSV",
    help: "the rows to predict; the target may be absent",
  },
  target: { type: "string", multiple: true, value: "NAME", help: "the column to predict" },
  out: {
    type: "string",
    multiple: true,
    value: "CSV",
    help: "the file of predictions to write, in the order of --test",
  },
  model: {
    type: "string",
    multiple: true,
    value: "NAME",
    help: `${TABLE_MODELS.join(", ")} (default: spin)`,
  },
  steps: {
    type: "string",
    multiple: true,
    value: "N",
    help: "optimiser steps (default: chosen by the table's size)",
  },
  seed: {
    type: "string",
    multiple: true,
    value: "N",
    help: "equal seeds give equal predictions (default: 42)",
  },
  save: {
    type: "string",
    multiple: true,
    value: "FILE",
    help: "keep the trained model in this safetensors file",
  },
  load: { type: "string", multiple: true, value: "FILE", help: "use a kept model instead of --train" },
  categorical: {
    type: "string",
    multiple: true,
    value: "A,B",
    help: "columns of classes, even if written as numbers",
  },
  numeric: {
    type: "string",
    multiple: true,
    value: "A,B",
    help: "columns of numbers: a text in them is an error",
  },
  missing: {
    type: "string",
    multiple: true,
    value: "X,Y",
    help: "texts for a missing cell, beside an empty one, NA, NaN, ? and null",
  },
  "drop-uninformative": { type: "boolean", help: "leave out columns without values, or with a single one" },
  "unseen-as-missing": { type: "boolean", help: "take classes that --train does not have for missing cells" },
} as const;

export type Values = {
  [K in keyof typeof OPTIONS]?: (typeof OPTIONS)[K] extends { multiple: true } ? string[] : boolean;
};

/** The value of an option that may be given once. */
function once(values: Values, option: Exclude<keyof Values, `${string}-${string}`>): string | undefined {
  const given = values[option] ?? [];
  if (given.length > 1) {
    throw new UserError(`--${option} was given ${given.length} times: ${given.join(", ")}`);
  }
  if (given[0]?.trim() === "") throw new UserError(`--${option} needs a value, found an empty text`);
  return given[0];
}

/** @throws UserError for an option that is lacking, given twice, of no use beside another, or with a wrong value. */
export function parseWish(values: Values): Wish {
  const file = (option: "train" | "test" | "out" | "save" | "load"): NamedFile | undefined => {
    const path = once(values, option);
    return path === undefined ? undefined : { option: `--${option}`, path: userPath(path) };
  };
  const need = <T>(value: T | undefined, option: string, why: string): T => {
    if (value === undefined) throw new UserError(`task predict needs --${option}: ${why}`);
    return value;
  };
  const list = (option: "categorical" | "numeric" | "missing") =>
    (values[option] ?? []).flatMap((text) => text.split(",")).map((text) => text.trim());
  const load = file("load");
  if (load) {
    const unused =
      (["train", "model", "steps", "seed", "save", "categorical", "numeric", "drop-uninformative"] as const)
        .filter((option) => values[option] !== undefined);
    if (unused.length > 0) {
      throw new UserError(`--load uses a model as it is, so it does not go with --${unused.join(", --")}`);
    }
  }
  const model = once(values, "model");
  if (model !== undefined && !TABLE_MODELS.includes(model as TableModelName)) {
    throw new UserError(`--model: expected one of ${TABLE_MODELS.join(", ")}, found "${model}"`);
  }
  const target = once(values, "target");
  return {
    load,
    train: load ? undefined : need(file("train"), "train", OPTIONS.train.help),
    test: need(file("test"), "test", OPTIONS.test.help),
    target: load ? target : need(target, "target", OPTIONS.target.help),
    out: need(file("out"), "out", OPTIONS.out.help),
    save: file("save"),
    model: model as TableModelName | undefined,
    steps: numberValue(once(values, "steps"), "--steps", { whole: true, least: 1 }),
    seed: numberValue(once(values, "seed"), "--seed", { whole: true, least: 0 }),
    categorical: list("categorical"),
    numeric: list("numeric"),
    missing: [...MISSING_TEXTS, ...list("missing")],
    uninformative: values["drop-uninformative"] ? "drop" : "error",
    unseen: values["unseen-as-missing"] ? "missing" : "error",
  };
}
