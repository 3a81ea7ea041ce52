/** What of a job's program can be told without compiling it. */
import { batchCount, type EncodedTable, type Fold } from "../../data/mod.ts";
import { completeConfig, countParameters, layoutOf } from "../../models/table/mod.ts";
import { largestLayout, sizesOf } from "../../train/process/layout.ts";
import { processOf } from "../../train/process/recipe.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import type { Program } from "./job.ts";
import { processWork, tableWork, type Work } from "./work.ts";

export interface Shape {
  parameters: number;
  /** Arrays of the size of the parameters that a step reads: the weights and the optimiser's. */
  copies: number;
  /** The largest step, and the mean of all. */
  largest: Work;
  mean: Work;
}

/**
 * The rows of a first batch, or null where a step takes the whole table; all batches of a training have as many.
 */
export function firstBatch({ transductive, batchSize }: Recipe, fold: Fold, rows: number): Int32Array | null {
  const groups = transductive ? [fold.train, fold.val, fold.test] : [fold.train];
  const members = groups.reduce((sum, group) => sum + group.length, 0);
  const size = batchSize >= members ? -1 : batchSize;
  if (size === -1 && members === rows) return null;
  const count = batchCount(members, size);
  return Int32Array.from(groups.flatMap((group) => [...group.subarray(0, Math.floor(group.length / count))]));
}

/** The shape of a program. */
export async function shapeOf(program: Program): Promise<Shape> {
  return program.kind === "table" ? tableShape(program.recipe, await program.read()) : processShape(program);
}

function tableShape(recipe: Recipe, { table, fold }: { table: EncodedTable; fold: Fold }): Shape {
  const { columns } = table;
  const n = firstBatch(recipe, fold, table.rows)?.length ?? table.rows;
  const classes = columns.map(({ kind, classes }) => kind === "numeric" ? 1 : classes.length);
  const work = tableWork(completeConfig(recipe.model, layoutOf(columns)), n, classes);
  return {
    parameters: countParameters(recipe.model, columns),
    copies: recipe.optimizer.optimizer.startsWith("lookahead") ? 4 : 3,
    largest: work,
    mean: work,
  };
}

function processShape(program: Program & { kind: "process" }): Shape {
  const { recipe, ranges, all } = program;
  const parameters = processOf(recipe).parameters.reduce((sum, { count }) => sum + count, 0);
  const most = largestLayout(program, recipe.parts);
  const middle = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0) / sizes.length;
  const context = middle(sizesOf(ranges.context, recipe.parts.context));
  const targets = all === undefined ? middle(sizesOf(ranges.target, recipe.parts.target)) : all - context;
  return {
    parameters,
    copies: 3,
    largest: processWork(program, { context: most.context, targets: most.target }, parameters),
    mean: processWork(program, { context, targets }, parameters),
  };
}
