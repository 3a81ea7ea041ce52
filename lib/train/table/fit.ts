import * as tf from "@tensorflow/tfjs-core";
import { balancedBatches, batchCount, type EncodedTable, type Fold, shuffled } from "../../data/mod.ts";
import { type ProgramMemory, ready } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { createTableModel, type TableModel } from "../../models/table/mod.ts";
import { createSnapshot } from "../best.ts";
import { improves, NOTHING_YET, validate, type Validation } from "./criterion.ts";
import { wordTargets } from "./imputation_r2.ts";
import { createOptimizer } from "../optimizer.ts";
import { createPredictor, type Keeps, keepsOf, type Predictor } from "./predictor.ts";
import { completeRecipe, type Recipe } from "./recipe.ts";
import { learningRate, tradeoff } from "../schedule.ts";
import { createStep, type StepInputs, stepInputs } from "./step.ts";
import { stopwatch } from "../stopwatch.ts";
import { loadState, saveState } from "../state.ts";

export interface FitOptions {
  /** What the progress line is called; without it there is none. */
  label?: string;
  /** A file that keeps the state of the training; if it exists, training goes on from there. */
  checkpoint?: string;
  /** Seconds between two writings of the checkpoint. */
  checkpointEvery?: number;
}

/** One look at the training. */
export interface Look extends Validation {
  step: number;
  /** Losses of the training step: total, label part, feature part. */
  train: { total: number; label: number; feature: number };
}

/** A trained model with the weights that did best on the validation rows. */
export interface Fitted {
  model: TableModel;
  recipe: Recipe;
  predictor: Predictor;
  history: Look[];
  best: Validation & { step: number };
  steps: number;
  /** True if it was stopped before its last step. */
  stopped: boolean;
  /** Compiling is counted apart from the training and the evaluation that needed it. */
  seconds: { compile: number; train: number; evaluate: number };
  /** Of the training step, where the engine compiles. */
  memory: ProgramMemory | undefined;
  dispose(): void;
}

/** Query rows per prediction program; more where each program reads a large part of the table again. */
const CHUNK = 128;
const LARGE_CHUNK = 512;

/** Most train rows that prediction reads: attention between rows costs memory by their square, encoding by their number. */
const MOST_CONTEXT: Record<Keeps, number> = { rows: 2048, latents: 65_536, nothing: 0 };

/**
 * Trains a table model on a fold (reference section 3.10): every `evaluateEvery` steps the validation rows are
 * predicted, and the weights that did best on them are kept. Validation and test labels are never inputs of a step.
 *
 * From a large table prediction reads a random part of the train rows: 2,048 where every row attends to all (NPT, Set
 * Transformer), 65,536 where they are encoded once (SPIN).
 *
 * Nothing is copied to the host inside the loop but the losses at each look.
 *
 * @throws UserError if the loss is not a number any more, saying at which step and what to change; for the criterion
 *   `imputationR2` on a table whose targets are no words of alleles.
 */
export async function fit(
  table: EncodedTable,
  fold: Fold,
  given: Partial<Recipe>,
  options: FitOptions = {},
): Promise<Fitted> {
  const recipe = completeRecipe(given);
  const { criterion = "loss" } = recipe;
  if (criterion === "imputationR2") wordTargets(table);
  const model = createTableModel(recipe.model, table.columns, recipe.seed);
  const variables = model.parameters.map((p) => p.variable);
  const optimizer = createOptimizer(model.parameters, recipe.optimizer);
  const step = createStep(model, optimizer, table, fold, recipe);
  const contextRows = contextOf(fold, MOST_CONTEXT[keepsOf(model, recipe)], recipe.seed);
  const chunk = contextRows.length < fold.train.length ? LARGE_CHUNK : CHUNK;
  const predictor = createPredictor({
    model,
    recipe,
    context: table,
    contextRows,
    chunk: Math.min(chunk, Math.max(fold.val.length, fold.test.length) || chunk),
  });
  const best = createSnapshot(variables);
  const rate = learningRate(recipe.schedule, recipe.learningRate, recipe.steps, recipe.flatShare);
  const weight = tradeoff(recipe.tradeoffSchedule, recipe.tradeoff, recipe.steps);
  const batches = batchesOf(table, fold, recipe);

  /** A loss that is a number. */
  const checked = (loss: number, at: number): number => {
    if (Number.isFinite(loss)) return loss;
    throw new UserError(
      `the training loss is ${loss} at step ${at} of ${recipe.steps}: the model has diverged; ` +
        `lower the learning rate (now ${recipe.learningRate}) or change the seed (now ${recipe.seed})`,
    );
  };
  const { seconds, lap } = stopwatch();
  const state = {
    step: 0,
    best: { step: 0, ...NOTHING_YET },
    history: [] as Look[],
    seconds,
  };
  const kept = { variables, optimizer: optimizer.state, best: best.copies };
  if (options.checkpoint) {
    await loadState(options.checkpoint, recipe, state, kept);
    state.seconds = Object.assign(seconds, state.seconds);
  }

  const bar = options.label === undefined ? undefined : progress(recipe.steps, { label: options.label });
  const looks = (at: number) => at % recipe.evaluateEvery === 0 || at === recipe.steps;
  const inputsAt = (at: number) => stepInputs(recipe.seed, at, rate(at), weight(at), batches(at - 1));
  if (state.step < recipe.steps) {
    const like = inputsAt(state.step + 1);
    const compiling = Promise.all([step.run.prepare(like), predictor.prepare(table)]);
    await (bar ? bar.during("compiling", compiling) : compiling);
    tf.dispose(Object.values(like));
  }
  let inputs: StepInputs | undefined;
  let previous: tf.Tensor | undefined;
  let saved = performance.now();
  let stopped = false;
  while (state.step < recipe.steps && !stopped) {
    const at = ++state.step;
    const next = inputsAt(at);
    const losses = step.run(next);
    // Two steps are under way at most; waiting for the one before lets the event loop go on.
    if (previous) await ready(previous);
    if (previous && bar?.due()) bar.update(at - 1, { loss: checked((await previous.data())[0]!, at - 1) });
    previous?.dispose();
    if (inputs) tf.dispose(Object.values(inputs));
    inputs = next;
    previous = tf.keep(losses.total);
    if (looks(at)) {
      const [total, label, feature] = await Promise.all(
        [losses.total, losses.label, losses.feature].map(async (loss) => (await loss.data())[0]!),
      ) as [number, number, number];
      lap("train");
      checked(total, at);
      const validation = await validate(table, fold.val, predictor, criterion);
      if (improves(validation, state.best, criterion)) {
        state.best = { step: at, ...validation };
        best.take();
      }
      state.history.push({ step: at, train: { total, label, feature }, ...validation });
      bar?.update(at, { loss: total, ...validation });
      lap("evaluate");
    }
    tf.dispose([losses.label, losses.feature]);
    stopped = stopRequested();
    const due = (performance.now() - saved) / 1000 > (options.checkpointEvery ?? 60);
    if (options.checkpoint && (stopped || (due && looks(at)))) {
      await saveState(options.checkpoint, recipe, state, kept);
      saved = performance.now();
    }
  }
  lap("train");
  await bar?.done();
  const memory = inputs && step.run.memory(inputs);
  previous?.dispose();
  if (inputs) tf.dispose(Object.values(inputs));
  if (state.best.step > 0) best.restore();
  predictor.update();
  lap("evaluate");
  optimizer.dispose();
  step.dispose();
  best.dispose();
  return {
    ...state,
    model,
    recipe,
    predictor,
    steps: state.step,
    stopped,
    memory,
    dispose() {
      predictor.dispose();
      model.dispose();
    },
  };
}

/** The train rows that prediction reads: all of them, or a random part of very many. */
function contextOf({ train }: Fold, most: number, seed: number): Int32Array {
  return train.length <= most ? train : shuffled(train, [seed, 0]).subarray(0, most).sort();
}

/**
 * The rows of a step's batch (steps from 0); null where a step takes the whole table.
 *
 * @throws UserError for balanced classes in a table without exactly one target of classes
 */
function batchesOf(table: EncodedTable, fold: Fold, recipe: Recipe): (step: number) => Int32Array | null {
  const classes = recipe.balanceClasses ? targetClasses(table) : undefined;
  const groups = recipe.transductive ? [fold.train, fold.val, fold.test] : [fold.train];
  const members = groups.reduce((sum, group) => sum + group.length, 0);
  const size = recipe.batchSize >= members ? -1 : recipe.batchSize;
  if (size === -1 && members === table.rows) return () => null;
  const perEpoch = batchCount(members, size);
  let epoch = -1;
  let current: Int32Array[] = [];
  return (step) => {
    if (Math.floor(step / perEpoch) !== epoch) {
      epoch = Math.floor(step / perEpoch);
      current = balancedBatches(groups, { size, seed: recipe.seed, epoch, classes }).batches;
    }
    return current[step % perEpoch]!;
  };
}

/** [n] class of each row, -1 without one. */
function targetClasses({ columns, codes, rows }: EncodedTable): Int32Array {
  const categorical = columns.filter(({ kind }) => kind === "categorical");
  const at = categorical.findIndex(({ target }) => target);
  if (at < 0 || columns.filter(({ target }) => target).length > 1) {
    throw new UserError('recipe option "balanceClasses": expected a table with one target, of classes');
  }
  return Int32Array.from({ length: rows }, (_, row) => codes[row * categorical.length + at]!);
}
