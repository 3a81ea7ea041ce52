import * as tf from "@tensorflow/tfjs-core";
import { balancedBatches, batchCount, type Fold } from "../../data/mod.ts";
import { jit, type JitOptions } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import {
  buildDigest,
  type BuildTableModel,
  createTableModel,
  ensembleOf,
  type ModelColumn,
  type TableModel,
} from "../../models/table/mod.ts";
import type { Trainable } from "../loop.ts";
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
  const count = groupsOf(folds[0]!).reduce((sum, group) => sum + group.length, 0);
  const size = batchSize >= count ? -1 : batchSize;
  const all = size === -1 && count === rows;
  const perEpoch = batchCount(count, size);
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

type Batch = { table: number; inputs: StepInputs[] };
type StepFunction<Data> = (inputs: StepInputs, data: Data) => StepLosses;

/** Seeds of the members of an ensemble are so far apart: seeds of trainings are neighbours. */
const APART = 1_000_003;

const seedsOf = ({ seed, members = 1 }: Pick<Recipe, "seed" | "members">): number[] =>
  Array.from({ length: members }, (_, i) => (seed + i * APART) | 0);

/** The model of a training, with its members, or one's own. @throws UserError if `build` gives none */
export function modelOf(
  columns: readonly ModelColumn[],
  recipe: Recipe,
  build?: BuildTableModel,
): TableModel {
  return ensembleOf(
    seedsOf(recipe).map((seed) => {
      if (!build) return createTableModel(recipe.model, columns, seed);
      const model = build(columns, seed);
      if (Array.isArray(model?.parameters) && typeof model.forward === "function") {
        return Object.assign(model, { madeBy: buildDigest(build) });
      }
      const found = Deno.inspect(model, { depth: 0 });
      throw new UserError(`build: expected a table model, such as createTableModel makes, found ${found}`);
    }),
  );
}

/** A function of what `Recipe` says of step `at`: key, learning rate and weight of the feature loss. */
function inputsOf(recipe: Recipe): (at: number, rows: Int32Array | null, seed?: number) => StepInputs {
  const rate = learningRate(recipe.schedule, recipe.learningRate, recipe.steps, recipe.flatShare);
  const weight = tradeoff(recipe.tradeoffSchedule, recipe.tradeoff, recipe.steps);
  return (at, rows, seed = recipe.seed) => stepInputs(seed, at, rate(at), weight(at), rows);
}

/**
 * A table model as something to train. The members of an ensemble take the same rows in each step, with masks of their own,
 * and share one compiled program; the losses are the means of theirs.
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
  options: {
    step?: (model: TableModel, optimizer: ReturnType<typeof createOptimizer>) => StepFunction<Data>;
  } & JitOptions = {},
): Trainable<Batch, StepLosses> & { dispose(): void } {
  const { step: own, ...jitOptions } = options;
  const members = (model.members ?? [model]).map((member, i) => {
    const optimizer = createOptimizer(member.parameters, recipe.optimizer);
    const step = own?.(member, optimizer) ??
      stepFunction(member, optimizer, recipe) as unknown as StepFunction<Data>;
    const prefix = i === 0 ? "" : `member${i}.`;
    const state = optimizer.state.map(({ name, variable }) => ({ name: prefix + name, variable }));
    return { optimizer, state, compiled: jit(step, jitOptions) };
  });
  const [first] = members as [typeof members[number]];
  const seeds = seedsOf(recipe);
  const inputs = inputsOf(recipe);
  const mean = jit((...losses: StepLosses[]): StepLosses => {
    const of = (name: keyof StepLosses) =>
      tf.div(tf.addN(losses.map((each) => each[name])), losses.length) as tf.Scalar;
    return { loss: of("loss"), label: of("label"), feature: of("feature") };
  });
  const step = ({ table, inputs }: Batch): StepLosses => {
    const losses = members.map(({ compiled }, i) => compiled(inputs[i]!, data[table]!));
    if (losses.length === 1) return losses[0]!;
    const result = mean(...losses);
    tf.dispose(losses);
    return result;
  };
  return {
    parameters: model.parameters,
    optimizer: { ...first.optimizer, state: members.flatMap(({ state }) => state) },
    batch(at) {
      const { table, rows } = batches(at - 1);
      return { table, inputs: seeds.map((seed) => inputs(at, rows, seed)) };
    },
    step: Object.assign(step, {
      prepare: ({ table, inputs }: Batch) => first.compiled.prepare(inputs[0]!, data[table]!),
      memory({ table, inputs }: Batch) {
        const memory = first.compiled.memory(inputs[0]!, data[table]!);
        const others = members.slice(1).flatMap(({ state }) => state).concat(
          model.parameters.slice(model.parameters.length / members.length),
        ).reduce((bytes, { variable }) => bytes + 4 * variable.size, 0);
        return memory && { ...memory, arguments: memory.arguments + others, peak: memory.peak + others };
      },
    }),
    dispose() {
      for (const { compiled, optimizer } of members) {
        compiled.dispose();
        optimizer.dispose();
      }
      mean.dispose();
    },
  };
}
