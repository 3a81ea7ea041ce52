/** The lookup probe: whether a model finds the copy of a row among its context, which no parametric model can do. */
import { type LookupSizes, lookupTable } from "../../data/lookup.ts";
import { inPasses } from "../../data/permutation.ts";
import { free } from "../../engine/mod.ts";
import { advice, courseOf, type CourseOptions, train } from "../../train/loop.ts";
import { defaultRecipe, type TableModelName } from "../../tabular/mod.ts";
import { type ContextEffect, contextEffect } from "../../train/table/context_effect.ts";
import { completeRecipe, type Recipe } from "../../train/table/recipe.ts";
import { stepData } from "../../train/table/step.ts";
import { modelOf, tableTask } from "../../train/table/task.ts";

/** So many pairs that their labels cannot be kept in the weights; half a batch of them is asked. */
export const LOOKUP: LookupSizes = { trained: 16_384, asked: 32, features: 8, noise: 0.1 };

const BATCH = 2 * LOOKUP.asked;

/** Fewer do not reach the point at which looking up begins to pay. */
const STEPS = 8000;

/**
 * The default recipe of a model, on batches of whole pairs, whose labels are hidden at random: half of the time a row is hidden
 * and its copy is not. With Adam at a low rate: with the default optimiser NPT did not begin to look up in as many steps.
 *
 * @param steps 0 for the default
 */
export function lookupRecipe(model: TableModelName, steps: number, seed: number): Recipe {
  const base = defaultRecipe(model, 2 * LOOKUP.trained, LOOKUP.features + 1, seed);
  return completeRecipe({
    ...base,
    model: { ...base.model, embedding: 16, decoderBoth: true },
    optimizer: { ...base.optimizer, optimizer: "adam" },
    learningRate: 1e-3,
    steps: steps > 0 ? steps : STEPS,
    batchSize: BATCH,
    members: 1,
  });
}

/** Trains a model on pairs, and asks it for labels of copies of rows that it has never seen. */
export async function trainLookup(recipe: Recipe, sizes: LookupSizes, options: CourseOptions) {
  const { table, pairs: [rows, copies], asked } = lookupTable(sizes, recipe.seed);
  const model = modelOf(table.columns, recipe);
  const data = stepData(table, { ...asked, train: Int32Array.from([...rows, ...copies]) });
  const choose = inPasses(rows.length, recipe.batchSize / 2);
  const task = tableTask(model, recipe, [data], (step) => {
    const chosen = choose([recipe.seed, step]);
    return {
      table: 0,
      rows: Int32Array.from([...chosen.map((i) => rows[i]!), ...chosen.map((i) => copies[i]!)]),
    };
  });
  const dispose = () => model.dispose();
  try {
    const trained = await train(task, {
      ...courseOf(options, recipe),
      steps: recipe.steps,
      advice: advice(recipe),
    });
    const effects = (): Promise<ContextEffect[]> =>
      contextEffect({ model, recipe, predictor: { chunk: sizes.asked } }, table, asked);
    return { ...trained, model, effects, dispose };
  } catch (error) {
    dispose();
    throw error;
  } finally {
    task.dispose();
    free(data);
  }
}
