import * as tf from "@tensorflow/tfjs-core";
import type { TaskPoints, TaskSource } from "../../data/task_source.ts";
import { UserError } from "../../errors.ts";
import type { Process } from "../../models/process/registry.ts";
import {
  advice,
  checkContinue,
  courseOf,
  type CourseOptions,
  stepOf,
  stepsAfter,
  train,
  type Trained,
} from "../loop.ts";
import { createOptimizer } from "../optimizer.ts";
import { learningRate } from "../schedule.ts";
import { countsOf } from "./evaluation_tasks.ts";
import { largestLayout, type Layout, pointsOf, taskLayout } from "./layout.ts";
import { noiseKey, processOf, type ProcessRecipe } from "./recipe.ts";
import { createProcessStep, type ProcessStepInputs } from "./step.ts";

export interface ProcessFitOptions extends CourseOptions {
  /** Steps after which to evaluate, beside the last one. */
  when?: (step: number) => boolean;
  /** Tests the model as it is: log likelihoods and their like. */
  evaluate?: (process: Process, step: number) => Promise<Record<string, number>>;
  /** Makes a model of one's own, in place of what the recipe names. */
  build?: (recipe: ProcessRecipe) => Process;
}

export interface FittedProcess extends Omit<Trained<Record<string, number>>, "best"> {
  process: Process;
  recipe: ProcessRecipe;
  /**
   * With `keep`: trains on from its last step, as a model of its own, on the same source.
   *
   * @param more.steps further steps; those that were left unless given
   * @throws UserError if there are none left and none given
   */
  continue(more?: Pick<CourseOptions, "label" | "signal"> & { steps?: number }): Promise<FittedProcess>;
  dispose(): void;
}

/** The programs of so many steps are compiled before the first one. */
const AHEAD = 200;

/**
 * Trains a neural process on tasks of a source (official code: `regression/trainer.py`): a fresh batch and new counts at
 * every step, Adam, no selection of weights. Stopped by a stop request, with its state in the checkpoint.
 *
 * @throws UserError if the loss is not a number any more, saying at which step; or if the checkpoint is of another recipe.
 */
export async function fitProcess(
  recipe: ProcessRecipe,
  source: TaskSource,
  given: ProcessFitOptions = {},
): Promise<FittedProcess> {
  const { when, evaluate, build, ...options } = given;
  const process = builtProcess(recipe, build);
  const optimizer = createOptimizer(process.parameters, { optimizer: "adam", clip: 0 });
  const compiled = createProcessStep(process, optimizer, recipe.samples);
  const rate = learningRate(recipe.schedule, recipe.learningRate, recipe.steps, 0);
  const dispose = () => process.parameters.forEach((parameter) => parameter.dispose());
  try {
    const trained = await train({
      parameters: process.parameters,
      optimizer,
      batch: (at) => batchOf(source, recipe, at, rate(at)),
      step: stepOf(
        compiled,
        ({ points, inputs, layout }: ProcessBatch): [TaskPoints, ProcessStepInputs, Layout] => [
          points,
          inputs,
          layout,
        ],
      ),
      programs: (done) => firstOfLayouts(source, recipe, done),
      largest: () => largestBatch(source, recipe),
    }, {
      ...courseOf(options, {
        ...{ ...recipe, source: source.name, ranges: source.ranges, batch: source.batch },
        ...build && { build: String(build) },
      }),
      steps: recipe.steps,
      evaluate: evaluate && { when, run: (at) => evaluate(process, at) },
      advice: advice(recipe),
    });
    return {
      ...{ ...trained, process, recipe, dispose },
      continue: async (further = {}) => {
        checkContinue(further);
        const { steps, ...more } = further;
        return await fitProcess({ ...recipe, steps: stepsAfter({ ...trained, recipe }, steps) }, source, {
          ...given,
          ...more,
          from: trained.state,
        });
      },
    };
  } catch (error) {
    dispose();
    throw error;
  } finally {
    optimizer.dispose();
    compiled.dispose();
  }
}

/** The model of a training, or one of the caller's own. @throws UserError if what `build` gives is none */
export function builtProcess(recipe: ProcessRecipe, build: ProcessFitOptions["build"]): Process {
  if (!build) return processOf(recipe);
  const process = build(recipe);
  if (Array.isArray(process?.parameters) && typeof process.loss === "function") return process;
  const found = Deno.inspect(process, { depth: 0 });
  throw new UserError(`build: expected a neural process, such as conditionalProcess makes, found ${found}`);
}

interface ProcessBatch {
  points: TaskPoints;
  inputs: ProcessStepInputs;
  layout: Layout;
}

function batchOf(source: TaskSource, { seed, parts }: ProcessRecipe, at: number, rate: number): ProcessBatch {
  const counts = countsOf(source, [seed, at]);
  const layout = taskLayout(source, counts, parts);
  const points = source.make([seed, at], counts, pointsOf(layout));
  return { points, inputs: inputsOf([counts.context, counts.target], noiseKey(seed, at), rate, at), layout };
}

/** The first step of each layout among those after `done`: each has a program of its own. */
function firstOfLayouts(source: TaskSource, { seed, steps, parts }: ProcessRecipe, done: number): number[] {
  const first = new Map<string, number>();
  for (let at = done + 1; at <= Math.min(done + AHEAD, steps); at++) {
    const layout = JSON.stringify(taskLayout(source, countsOf(source, [seed, at]), parts));
    if (!first.has(layout)) first.set(layout, at);
  }
  return [...first.values()];
}

/** The batch with the most rows. */
function largestBatch(source: TaskSource, { parts }: ProcessRecipe): ProcessBatch {
  const layout = largestLayout(source, parts);
  const counts = { context: layout.context, target: layout.target };
  const points = source.make([0, 0], counts, pointsOf(layout));
  return { points, inputs: inputsOf([counts.context, counts.target], [0, 0], 0, 1), layout };
}

const inputsOf = (
  counts: [number, number],
  key: [number, number],
  rate: number,
  at: number,
): ProcessStepInputs => ({
  counts: tf.tensor1d(counts, "int32"),
  key: tf.tensor1d(key, "int32"),
  learningRate: tf.scalar(rate),
  step: tf.scalar(at, "int32"),
});
