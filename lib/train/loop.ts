import * as tf from "@tensorflow/tfjs-core";
import { type Compiled, compileTime, free, jit, type ProgramMemory, ready } from "../engine/mod.ts";
import { UserError } from "../errors.ts";
import { checkNames } from "../options.ts";
import type { Parameter } from "../nn/parameters.ts";
import { type Course, emptyCourse } from "../progress/course.ts";
import { formatNotes } from "../progress/format.ts";
import { progress, stoppable, stopRequested } from "../progress/mod.ts";
import { loadState, restoreState, saveState, takeState, type TrainingState } from "./checkpoint.ts";
import type { Optimizer } from "./optimizer.ts";

/** Losses of a step, scalars: the one that is minimised, and its parts. */
type Losses = { loss: tf.Scalar } & Record<string, tf.Scalar>;

interface Step<Batch, L extends Losses> {
  (batch: Batch): L;
  /** Compiles the program of a batch on another thread. */
  prepare(batch: Batch): Promise<void>;
  /** What the program of a batch needs; undefined before it ran, and on engines that do not compile. */
  memory(batch: Batch): ProgramMemory | undefined;
}

/** What can be trained: weights, an optimiser, a batch for every step, and the step. */
export interface Trainable<Batch, L extends Losses> {
  parameters: readonly Parameter[];
  /** Its state goes to the checkpoint; the step applies it. */
  optimizer: Optimizer;
  /** The tensors of step `at`, which counts from 1; disposed of when the step has run. */
  batch(at: number): Batch;
  step: Step<Batch, L>;
  /** Where batches differ in shape: steps after `done` whose programs are worth compiling before the first of them. */
  programs?(done: number): number[];
  /** Where batches differ in shape: the one that needs the most memory. */
  largest?(): Batch;
}

/** One evaluation of the weights under way. */
export interface Evaluation<Scores> {
  step: number;
  /** Seconds of training until then, compiling and evaluating left out. */
  seconds: number;
  /** Of the training step. */
  losses: Record<string, number>;
  scores: Scores;
}

/** What the user of a training may say of its course. */
export interface CourseOptions {
  /** What the progress line is called; without it there is none. */
  label?: string;
  /** A file that keeps the state of the training; if it exists, training goes on from there. */
  checkpoint?: string;
  /** Ends the training after the step under way, as a stop request does. */
  signal?: AbortSignal;
  /** The state that it goes on from, of a training with the same model; a checkpoint's file goes before it. */
  from?: TrainingState;
  /** Whether the state at the end is kept, for another training to go on from; it holds the weights four times. */
  keep?: boolean;
}

/** The same as the loop takes it, and the rest. */
export interface TrainOptions<Scores> extends Omit<CourseOptions, "checkpoint"> {
  /** Optimiser steps. */
  steps: number;
  /** Called after every step, with the loss where it is known: for a progress line of one's own. */
  onStep?(at: number, loss?: number): void;
  checkpoint?: {
    path: string;
    /** Seconds between two writings; 60 unless given. */
    every?: number;
    /** What the training is, as JSON: a state of another one is refused. */
    recipe: object;
  };
  /** How the weights are evaluated: after the last step, and after those for which `when` is true. */
  evaluate?: {
    when?(at: number): boolean;
    run(at: number): Promise<Scores>;
    /** If given, the weights of the best evaluation are kept, and restored at the end. */
    better?(now: Scores, best: Scores): boolean;
    /** The training is complete after so many evaluations in a row without a better one; never before its steps unless given. */
    patience?: number;
  };
  /** Further programs that are compiled together with the first step. */
  also?(): Promise<unknown>;
  /** What to change if the training diverges, for the error. */
  advice?: string;
}

/** What of it is the course. @param recipe what the training is, as JSON */
export const courseOf = (
  { label, signal, from, keep, checkpoint }: CourseOptions,
  recipe: object,
): Pick<TrainOptions<unknown>, "label" | "signal" | "checkpoint" | "from" | "keep"> => ({
  ...{ label, signal, from, keep },
  checkpoint: checkpoint === undefined ? undefined : { path: checkpoint, recipe },
});

export interface Trained<Scores> {
  history: Evaluation<Scores>[];
  /** The evaluation whose weights were kept; undefined if none was looked for. */
  best: Evaluation<Scores> | undefined;
  /** Steps taken, those before a resume included. */
  steps: number;
  /** True if a request ended it before its last step; patience that is over completes a training. */
  stopped: boolean;
  /** Of the whole training; what was spent on compiling is counted apart. */
  seconds: { compile: number; train: number; evaluate: number };
  /** Of the (largest) training step, where the engine compiles. */
  memory: ProgramMemory | undefined;
  /** Where it stands after its last step, if that was to be kept. */
  state?: TrainingState;
}

/** @throws UserError for what is no object of options, and for a name that `continue` does not have */
export function checkContinue(given: unknown): void {
  if (typeof given !== "object" || given === null) {
    throw new UserError(`continue: expected options such as { steps: 1000 }, found ${given}`);
  }
  checkNames(given, ["steps", "label", "signal"], "continue");
}

/**
 * The steps of a training and of what follows it.
 *
 * @param more further steps; those that were left unless given
 * @throws UserError if there are none left and none given, or if nothing was kept to go on from
 */
export function stepsAfter(
  { steps, recipe, state }: { steps: number; recipe: { steps: number }; state?: TrainingState },
  more = recipe.steps - steps,
): number {
  if (!state) throw new UserError("this training kept no state to go on from; train with keep: true");
  if (Number.isInteger(more) && more > 0) return steps + more;
  throw new UserError(
    `continue: expected a number of further steps from 1, such as { steps: ${recipe.steps} }, found ${more}` +
      (more === 0 && steps >= recipe.steps ? ": all steps were taken" : ""),
  );
}

/** A compiled function as a step: `args` makes its arguments of a batch. */
export function stepOf<Batch, A extends unknown[], L extends Losses>(
  compiled: Compiled<A, L>,
  args: (batch: Batch) => A,
): Step<Batch, L> {
  return Object.assign((batch: Batch) => compiled(...args(batch)), {
    prepare: (batch: Batch) => compiled.prepare(...args(batch)),
    memory: (batch: Batch) => compiled.memory(...args(batch)),
  });
}

/** What to change in a training that has diverged. */
export const advice = ({ learningRate, seed }: { learningRate: number; seed: number }): string =>
  `lower the learning rate (now ${learningRate}) or change the seed (now ${seed})`;

/** Programs that are compiled at a time before the first step: compiling uses one core in part. */
const AT_ONCE = 2;

/** The loss is read, and so checked, at least after so many steps. */
const CHECK = 100;

/** Scores that are numbers, for the progress line: without validation rows there is none. */
const numbersOf = (scores: unknown): Record<string, number> =>
  Object.fromEntries(
    Object.entries(scores ?? {}).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );

/** The validation loss among scores, for the curve; of processes, minus their log likelihood. */
function validationOf(scores: unknown): number {
  const { validation, target } = (scores ?? {}) as { validation?: number; target?: number };
  return validation ?? (target === undefined ? NaN : -target);
}

/** The points of a curve that one evaluation gives: of the labels' loss, where that is a part of its own. */
function addEvaluation(course: Course, { step, losses, scores }: Evaluation<unknown>): void {
  course.train.push([step, losses["label"] ?? losses["loss"]!]);
  course.validation.push([step, validationOf(scores)]);
}

export function courseOfHistory(history: readonly Evaluation<unknown>[], best?: number): Course {
  const course: Course = { ...emptyCourse(), best };
  for (const evaluation of history) addEvaluation(course, evaluation);
  return course;
}

async function lossesOf(losses: Losses): Promise<Record<string, number>> {
  const read = async ([name, value]: [string, tf.Scalar]) => [name, (await value.data())[0]!] as const;
  return Object.fromEntries(await Promise.all(Object.entries(losses).map(read)));
}

/**
 * The loop over optimiser steps, the only one. It stops at a request or a signal, notices a loss that is not a number,
 * keeps and restores its state, compiles while the event loop goes on, keeps the best weights, and measures time.
 *
 * Two steps are under way at most. Nothing is copied to the host but the loss now and then, and at evaluations.
 *
 * A stopped training is saved as it is; then, if the best weights are wanted, those of its last step are evaluated, so
 * that the result has scores. Resumed, it gives the bits of one that was never stopped.
 *
 * @throws UserError if the loss is not a number any more, saying at which step and what to change; if the checkpoint is
 *   damaged or of another training, or the state of another model.
 */
export function train<Batch, L extends Losses, Scores = unknown>(
  task: Trainable<Batch, L>,
  options: TrainOptions<Scores>,
): Promise<Trained<Scores>> {
  return stoppable(() => loop(task, options));
}

async function loop<Batch, L extends Losses, Scores>(
  task: Trainable<Batch, L>,
  options: TrainOptions<Scores>,
): Promise<Trained<Scores>> {
  const { steps, evaluate, checkpoint } = options;
  const variables = task.parameters.map(({ variable }) => variable);
  const best = evaluate?.better && createSnapshot(variables);
  const { seconds, lap } = stopwatch();
  const state = {
    step: 0,
    /** The step that this training went on from. */
    begun: 0,
    history: [] as Evaluation<Scores>[],
    best: null as Evaluation<Scores> | null,
    seconds,
    memory: null as ProgramMemory | null,
  };
  const stored = { variables, optimizer: task.optimizer.state, best: best?.copies };
  const course = emptyCourse();
  const bar = options.label === undefined ? undefined : progress(steps, { label: options.label, course });
  const asked = () => stopRequested(options.signal);
  /** Whether patience is over; a training that goes on from a state has all of it again. */
  const settled = (): boolean => {
    const since = Math.max(state.begun, state.best?.step ?? 0);
    return state.history.filter(({ step }) => step > since).length >= (evaluate?.patience ?? Infinity);
  };
  let batch: Batch | undefined;
  let previous: L | undefined;
  let saved = performance.now();
  let left: TrainingState | undefined;
  let stopped = false;
  let figures: Record<string, number> = {};

  const checked = (loss: number, at: number): number => {
    if (Number.isFinite(loss)) return loss;
    const advice = options.advice ?? "lower the learning rate or change the seed";
    throw new UserError(
      `the training loss is ${loss} at step ${at} of ${steps}: the model has diverged; ${advice}`,
    );
  };
  const evaluation = async (at: number, losses: L): Promise<Evaluation<Scores>> => {
    const values = await lossesOf(losses);
    lap("train");
    checked(values["loss"]!, at);
    const scores = await evaluate!.run(at);
    const result = { step: at, seconds: seconds.train, losses: values, scores };
    if (best && (!state.best || evaluate!.better!(scores, state.best.scores))) {
      state.best = result;
      best.take();
    }
    state.history.push(result);
    addEvaluation(course, result);
    course.best = state.best?.step;
    course.stepBytes ??= memoryNow()?.peak;
    figures = { loss: values["loss"]!, ...numbersOf(scores) };
    bar?.update(at, figures);
    options.onStep?.(at, values["loss"]);
    lap("evaluate");
    return result;
  };
  const memoryNow = (): ProgramMemory | null => {
    const like = task.largest?.();
    const memory = like ? task.step.memory(like) : batch && task.step.memory(batch);
    free(like);
    return memory ?? state.memory;
  };
  const compile = async (): Promise<void> => {
    const waiting = task.programs?.(state.step) ?? [state.step + 1];
    const next = async (): Promise<void> => {
      for (let at = waiting.shift(); at !== undefined && !asked(); at = waiting.shift()) {
        const like = task.batch(at);
        await task.step.prepare(like).finally(() => free(like));
      }
    };
    await Promise.all([options.also?.(), ...Array.from({ length: AT_ONCE }, next)]);
  };

  try {
    if (checkpoint) {
      await loadState(checkpoint.path, checkpoint.recipe, state, stored);
    }
    if (options.from && state.step === 0) {
      restoreState(options.from, state, stored, "the state to go on from");
      state.begun = state.step;
    }
    state.seconds = Object.assign(seconds, state.seconds);
    Object.assign(course, courseOfHistory(state.history, state.best?.step));
    // XLA cannot be interrupted: a request is followed when the program is there.
    const what = () => asked() ? "compiling, stops after it" : "compiling";
    if (state.step < steps && !settled()) await (bar ? bar.during(what, compile()) : compile());
    // A step is taken even if the request came before it, so that there is something to go on from.
    while (state.step < steps && !stopped && !settled()) {
      const at = ++state.step;
      const now = task.batch(at);
      const losses = task.step(now);
      // Waiting for the step before lets the event loop go on.
      if (previous) await ready(previous.loss);
      free([batch, previous]);
      [batch, previous] = [now, losses];

      const wanted = evaluate !== undefined && (at === steps || evaluate.when?.(at) === true);
      if (wanted) await evaluation(at, losses);
      else if (at % CHECK === 0 || at === steps || bar?.due()) {
        const values = await lossesOf(losses);
        const loss = checked(values["loss"]!, at);
        course.train.push([at, values["label"] ?? loss]);
        course.stepBytes ??= memoryNow()?.peak;
        figures = { loss };
        bar?.update(at, figures);
        options.onStep?.(at, loss);
      } else options.onStep?.(at);

      const complete = at === steps || settled();
      stopped = !complete && asked();
      const due = performance.now() - saved > 1000 * (checkpoint?.every ?? 60);
      if (checkpoint && (stopped || due || complete)) {
        // A state that has diverged is not kept: the one before may be of use.
        checked((await losses.loss.data())[0]!, at);
        lap("train");
        state.memory = memoryNow();
        await saveState(checkpoint.path, checkpoint.recipe, state, stored);
        saved = performance.now();
        lap("evaluate");
      }
      if (options.keep && (stopped || complete)) {
        await ready(losses.loss);
        lap("train");
        state.memory = memoryNow();
        left = await takeState(state, stored);
        lap("evaluate");
      }
      if (stopped && best && !wanted) await evaluation(at, losses);
    }
    if (previous) await ready(previous.loss);
    lap("train");
    state.memory = memoryNow();
    if (state.best) best!.restore();
    return {
      history: state.history,
      best: state.best ?? undefined,
      steps: state.step,
      stopped,
      seconds,
      memory: state.memory ?? undefined,
      ...left && { state: left },
    };
  } finally {
    const why = stopped
      ? "stopped on request"
      : settled() && `no better for ${evaluate!.patience} evaluations`;
    await bar?.done(why ? `${formatNotes(figures)} · ${why}` : undefined);
    free([batch, previous]);
    best?.dispose();
  }
}

/** A second copy of some variables, on the device. */
function createSnapshot(variables: readonly tf.Variable[]) {
  const copies = variables.map((variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
  const copy = (from: readonly tf.Variable[], to: readonly tf.Variable[]) =>
    jit(() => {
      from.forEach((variable, i) => to[i]!.assign(tf.clone(variable)));
    });
  const take = copy(variables, copies);
  const restore = copy(copies, variables);
  return {
    copies,
    take,
    restore,
    dispose() {
      take.dispose();
      restore.dispose();
      tf.dispose(copies);
    },
  };
}

/** Seconds of training and evaluation, what was spent on compiling apart. */
function stopwatch() {
  const seconds = { compile: 0, train: 0, evaluate: 0 };
  let [clock, compiled] = [performance.now(), compileTime().milliseconds];
  /** Adds the time since the last lap to `what`. */
  const lap = (what: "train" | "evaluate") => {
    const [now, compiledNow] = [performance.now(), compileTime().milliseconds];
    const compile = compiledNow - compiled;
    seconds.compile += compile / 1000;
    seconds[what] += (now - clock - compile) / 1000;
    [clock, compiled] = [now, compiledNow];
  };
  return { seconds, lap };
}
