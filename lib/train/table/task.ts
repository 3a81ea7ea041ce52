import { balancedBatches, batchCount, type Fold } from "../../data/mod.ts";
import { jit, type JitOptions } from "../../engine/mod.ts";
import type { TableModel } from "../../models/table/mod.ts";
import { stepOf, type Trainable } from "../loop.ts";
import { createOptimizer } from "../optimizer.ts";
import { learningRate, tradeoff } from "../schedule.ts";
import type { Recipe } from "./recipe.ts";
import { type StepData, stepFunction, type StepInputs, stepInputs, type StepLosses } from "./step.ts";

/** A step's share of the tables: which of them, and which of its rows; null for all of them. */
interface TableBatch {
  table: number;
  rows: Int32Array | null;
}

/**
 * The batches of a training on some tables (steps from 0): every epoch passes once over the rows of one of them.
 *
 * @param rows of each table
 * @param options.tableOf an epoch; the first unless given
 * @param options.classes [n], by which batches are balanced
 */
export function epochBatches(
  folds: readonly Fold[],
  { transductive, batchSize, seed }: Recipe,
  rows: number,
  { tableOf = () => 0, classes }: { tableOf?: (epoch: number) => number; classes?: Int32Array },
): (step: number) => TableBatch {
  const groupsOf = ({ train, val, test }: Fold) => transductive ? [train, val, test] : [train];
  const members = groupsOf(folds[0]!).reduce((sum, group) => sum + group.length, 0);
  const size = batchSize >= members ? -1 : batchSize;
  const all = size === -1 && members === rows;
  const perEpoch = batchCount(members, size);
  let [epoch, table] = [-1, 0];
  let batches: Int32Array[] = [];
  return (step) => {
    if (Math.floor(step / perEpoch) !== epoch) {
      epoch = Math.floor(step / perEpoch);
      table = tableOf(epoch);
      if (!all) batches = balancedBatches(groupsOf(folds[table]!), { size, seed, epoch, classes }).batches;
    }
    return { table, rows: all ? null : batches[step % perEpoch]! };
  };
}

type Batch = { table: number; inputs: StepInputs };
type StepFunction<Data> = (inputs: StepInputs, data: Data) => StepLosses;

/** A function of what `Recipe` says of step `at`: key, learning rate and weight of the feature loss. */
function inputsOf(recipe: Recipe): (at: number, rows: Int32Array | null) => StepInputs {
  const rate = learningRate(recipe.schedule, recipe.learningRate, recipe.steps, recipe.flatShare);
  const weight = tradeoff(recipe.tradeoffSchedule, recipe.tradeoff, recipe.steps);
  return (at, rows) => stepInputs(recipe.seed, at, rate(at), weight(at), rows);
}

/**
 * A table model as something to train.
 *
 * @param data of each table; stays the caller's
 * @param batches of a step, counted from 0
 * @param options.step in place of the step of `stepFunction`
 */
export function tableTask<Data = StepData>(
  model: TableModel,
  recipe: Recipe,
  data: readonly Data[],
  batches: (step: number) => TableBatch,
  options: { step?: (optimizer: ReturnType<typeof createOptimizer>) => StepFunction<Data> } & JitOptions = {},
): Trainable<Batch, StepLosses> & { dispose(): void } {
  const { step: own, ...jitOptions } = options;
  const optimizer = createOptimizer(model.parameters, recipe.optimizer);
  const step = own?.(optimizer) ?? stepFunction(model, optimizer, recipe) as unknown as StepFunction<Data>;
  const compiled = jit(step, jitOptions);
  const inputs = inputsOf(recipe);
  return {
    parameters: model.parameters,
    optimizer,
    batch(at) {
      const { table, rows } = batches(at - 1);
      return { table, inputs: inputs(at, rows) };
    },
    step: stepOf(compiled, ({ table, inputs }: Batch): [StepInputs, Data] => [inputs, data[table]!]),
    dispose() {
      compiled.dispose();
      optimizer.dispose();
    },
  };
}
