/** Trainings of any kind, as far as they can be compared: their options, their curve and what they reached. */
import { optionsOf } from "../options.ts";
import { type Course, emptyCourse } from "../progress/course.ts";
import type { RunRecord } from "../results/mod.ts";
import { type FittedTable, tableModelName } from "../tabular/mod.ts";
import { HAPLOTYPE_OPTIONS } from "../train/haplotype/options.ts";
import { courseOfHistory } from "../train/loop.ts";
import type { FittedProcess } from "../train/process/fit.ts";
import { PROCESS_OPTIONS } from "../train/process/options.ts";
import { TABLE_OPTIONS } from "../train/table/options.ts";

export interface Trial {
  /** Hyperparameters by their names, and what else tells it from others, such as the data of a record. */
  options: Record<string, unknown>;
  scores: Record<string, number | null>;
  course: Course;
  steps: number;
  stopped: boolean;
  /** All of them, with compiling and evaluating. */
  seconds: number;
}

export type Trained = FittedTable | FittedProcess | RunRecord;

function optionsIn(recipe: Record<string, unknown>): Record<string, unknown> {
  if ("dims" in recipe) return optionsOf(PROCESS_OPTIONS, recipe);
  if ("spin" in recipe) return optionsOf(HAPLOTYPE_OPTIONS, recipe["spin"] as object);
  return optionsOf(TABLE_OPTIONS, recipe);
}

const total = ({ compile, train, evaluate }: RunRecord["seconds"]): number => compile + train + evaluate;

/** The learning curve in a record's details; other records have none. */
function courseInRecord({ details }: RunRecord): Course {
  const { curve } = (details ?? {}) as { curve?: { step: number; target: number }[] };
  return { ...emptyCourse(), validation: (curve ?? []).map(({ step, target }) => [step, -target]) };
}

/** A training as it can be compared with others. */
export function trialOf(value: Trained): Trial {
  if ("experiment" in value) {
    const { model, data, fold, seed, configuration, metrics, steps, seconds } = value;
    const which = { model, data: data.name, ...fold && { fold: fold.index } };
    return {
      options: { ...which, ...optionsIn(configuration), steps, seed },
      scores: metrics,
      course: courseInRecord(value),
      ...{ steps, stopped: false, seconds: total(seconds) },
    };
  }
  const { history, steps, stopped, seconds, recipe } = value;
  const best = "best" in value ? value.best.step : undefined;
  const last = history.findLast(({ step }) => best === undefined || step === best);
  return {
    options: { model: modelName(recipe.model), ...optionsIn(recipe as unknown as Record<string, unknown>) },
    scores: "scores" in value ? value.scores : last?.scores ?? {},
    course: courseOfHistory(history, best),
    ...{ steps, stopped, seconds: total(seconds) },
  };
}

const modelName = (model: (FittedTable | FittedProcess)["recipe"]["model"]): string =>
  typeof model === "string" ? model : tableModelName(model);
