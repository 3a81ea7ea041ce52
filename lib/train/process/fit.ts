import * as tf from "@tensorflow/tfjs-core";
import type { TaskPoints, TaskSource } from "../../data/task_source.ts";
import { compileTime, type ProgramMemory, ready } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import type { Process } from "../../models/process/registry.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { createOptimizer } from "../optimizer.ts";
import { learningRate } from "../schedule.ts";
import { loadState, saveState } from "../state.ts";
import { countsOf } from "./evaluation_tasks.ts";
import { largestLayout, type Layout, layoutOf, pointsOf } from "./layout.ts";
import { noiseKey, processOf, type ProcessRecipe } from "./recipe.ts";
import { createProcessStep, type ProcessStep, type ProcessStepInputs } from "./step.ts";

/** One look at the training. */
export interface ProcessLook {
  step: number;
  /** Loss of the training step. */
  loss: number;
  /** Seconds of training so far, compiling and looking left out. */
  seconds: number;
  /** What `look` gave: log likelihoods and their like. */
  scores: Record<string, number>;
}

export interface ProcessFitOptions {
  /** What the progress line is called; without it there is none. */
  label?: string;
  /** A file that keeps the state of the training; if it exists, training goes on from there. */
  checkpoint?: string;
  /** Seconds between two writings of the checkpoint. */
  checkpointEvery?: number;
  /** Steps after which to look, beside the last one. */
  lookAt?: (step: number) => boolean;
  /** Tests the model as it is. */
  look?: (process: Process, step: number) => Promise<Record<string, number>>;
}

export interface FittedProcess {
  process: Process;
  recipe: ProcessRecipe;
  history: ProcessLook[];
  steps: number;
  /** Of the whole training, earlier parts of it included. */
  seconds: { compile: number; train: number; evaluate: number };
  /** True if it was stopped before its last step. */
  stopped: boolean;
  /** Of the largest training step; undefined on engines that do not compile. */
  memory: ProgramMemory | undefined;
  dispose(): void;
}

/** Steps between two looks at the loss: the reference's. */
const REPORT = 200;

/** The programs of so many steps are compiled before the first one, so many at a time: compiling uses one core in part. */
const AHEAD = 200;
const AT_ONCE = 2;

/**
 * Trains a neural process on tasks of a source (`regression/trainer.py`; reference section 5): a fresh batch and new
 * counts at every step, Adam, no selection of weights. Stopped by a stop request, with its state in the checkpoint.
 *
 * @throws UserError if the loss is not a number any more, saying at which step; or if the checkpoint is of another recipe.
 */
export async function fitProcess(
  recipe: ProcessRecipe,
  source: TaskSource,
  options: ProcessFitOptions = {},
): Promise<FittedProcess> {
  const process = processOf(recipe);
  const optimizer = createOptimizer(process.parameters, { optimizer: "adam", clip: 0 });
  const step = createProcessStep(process, optimizer, recipe.samples);
  const rate = learningRate(recipe.schedule, recipe.learningRate, recipe.steps, 0);
  const state = {
    step: 0,
    history: [] as ProcessLook[],
    seconds: { compile: 0, train: 0, evaluate: 0 },
  };
  const kept = { variables: process.parameters.map(({ variable }) => variable), optimizer: optimizer.state };
  const described = { ...recipe, source: source.name, ranges: source.ranges, batch: source.batch };
  if (options.checkpoint) await loadState(options.checkpoint, described, state, kept);
  const { seconds } = state;

  const bar = options.label === undefined ? undefined : progress(recipe.steps, { label: options.label });
  const looks = (at: number) => at === recipe.steps || (options.lookAt?.(at) ?? false);
  let previous: tf.Tensor | undefined;
  let saved = performance.now();
  let stopped = false;
  let [clock, compiled] = [performance.now(), compileTime().milliseconds];
  /** Adds the time since the last lap to `what`, what was spent on compiling apart. */
  const lap = (what: "train" | "evaluate") => {
    const [now, compiledNow] = [performance.now(), compileTime().milliseconds];
    seconds.compile += (compiledNow - compiled) / 1000;
    seconds[what] += (now - clock - (compiledNow - compiled)) / 1000;
    [clock, compiled] = [now, compiledNow];
  };

  const checked = (loss: number, at: number): number => {
    if (Number.isFinite(loss)) return loss;
    throw new UserError(
      `the training loss is ${loss} at step ${at} of ${recipe.steps}: the model has diverged; ` +
        `lower the learning rate (now ${recipe.learningRate}) or change the seed (now ${recipe.seed})`,
    );
  };

  const compiling = prepareSteps(step, source, recipe, state.step);
  await (bar ? bar.during("compiling", compiling) : compiling);
  while (state.step < recipe.steps && !stopped) {
    const at = ++state.step;
    const loss = takeStep(step, source, recipe, at, rate(at));
    // Two steps are under way at most; waiting for the one before lets the event loop go on.
    if (previous) await ready(previous);
    if (previous && bar?.due()) bar.update(at - 1, { loss: checked((await previous.data())[0]!, at - 1) });
    previous?.dispose();
    previous = loss;
    stopped = stopRequested();
    if (looks(at) || at % REPORT === 0) {
      const [value] = await loss.data() as Float32Array;
      lap("train");
      checked(value!, at);
      const scores = looks(at) && options.look ? await options.look(process, at) : undefined;
      if (scores) state.history.push({ step: at, loss: value!, seconds: seconds.train, scores });
      bar?.update(at, { loss: value!, ...scores });
      lap("evaluate");
    }
    const due = (performance.now() - saved) / 1000 > (options.checkpointEvery ?? 60);
    if (options.checkpoint && (stopped || due || at === recipe.steps)) {
      await loss.data();
      lap("train");
      await saveState(options.checkpoint, described, state, kept);
      saved = performance.now();
      lap("evaluate");
    }
  }
  await bar?.done();
  previous?.dispose();
  const memory = largestMemory(step, source, recipe);
  optimizer.dispose();
  step.dispose();
  return {
    process,
    recipe,
    history: state.history,
    steps: state.step,
    seconds,
    stopped: state.step < recipe.steps,
    memory,
    dispose: () => process.parameters.forEach((parameter) => parameter.dispose()),
  };
}

/** What step `at` is called with. */
function argumentsOf(
  source: TaskSource,
  { seed, parts }: ProcessRecipe,
  at: number,
  rate: number,
): [TaskPoints, ProcessStepInputs, Layout] {
  const counts = countsOf(source, [seed, at]);
  const layout = layoutOf(source, counts, parts);
  const points = source.make([seed, at], counts, pointsOf(layout));
  return [points, inputsOf([counts.context, counts.target], noiseKey(seed, at), rate, at), layout];
}

const disposeArguments = ([{ x, y }, inputs]: ReturnType<typeof argumentsOf>): void =>
  tf.dispose([x, y, ...Object.values(inputs)]);

function takeStep(
  step: ProcessStep,
  source: TaskSource,
  recipe: ProcessRecipe,
  at: number,
  rate: number,
): tf.Scalar {
  const given = argumentsOf(source, recipe, at, rate);
  const loss = step(...given);
  disposeArguments(given);
  return loss;
}

/** Compiles the programs of the steps after `done`, each once. */
async function prepareSteps(
  step: ProcessStep,
  source: TaskSource,
  recipe: ProcessRecipe,
  done: number,
): Promise<void> {
  const users = new Map<string, number>();
  for (let at = done + 1; at <= Math.min(done + AHEAD, recipe.steps); at++) {
    const layout = JSON.stringify(layoutOf(source, countsOf(source, [recipe.seed, at]), recipe.parts));
    if (!users.has(layout)) users.set(layout, at);
  }
  const waiting = [...users.values()];
  const compileNext = async (): Promise<void> => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const given = argumentsOf(source, recipe, at, 0);
      await step.prepare(...given).finally(() => disposeArguments(given));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, compileNext));
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

/** What the step with the most rows needs, if it was taken. */
function largestMemory(
  step: ProcessStep,
  source: TaskSource,
  { parts }: ProcessRecipe,
): ProgramMemory | undefined {
  const layout = largestLayout(source, parts);
  const counts = { context: layout.context, target: layout.target };
  const { x, y } = source.make([0, 0], counts, pointsOf(layout));
  const inputs = inputsOf([counts.context, counts.target], [0, 0], 0, 1);
  const memory = step.memory({ x, y }, inputs, layout);
  tf.dispose([x, y, ...Object.values(inputs)]);
  return memory;
}
