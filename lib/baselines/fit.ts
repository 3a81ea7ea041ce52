/** Fits classical models in Python, as their users do: data in, predictions out. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { stopRequested } from "../progress/stop.ts";
import { findBaselines } from "../setup/baselines.ts";
import { lastLines, outputLines, processEnvironment } from "../setup/command.ts";
import { taskCommand } from "../paths.ts";

const SCRIPT = join(import.meta.dirname!, "fit.py");

/** Whether scikit-learn, XGBoost and LightGBM are there. @throws UserError if a file of theirs is damaged */
export async function baselineInstalled(): Promise<boolean> {
  return await findBaselines() !== undefined;
}

/**
 * Fits a model at each setting of a grid on the training rows, keeps the one that is best on the validation rows, and
 * predicts both these and the test rows. Equal requests with equal versions give equal predictions. A request to stop
 * (`stopRequested()`) ends it after the model being fitted.
 *
 * @throws UserError if the Python packages are absent (and how to get them), the request is not sound, Python fails, with
 * its last lines, or a stop was requested
 */
export async function fitBaseline(request: BaselineRequest, find = findBaselines): Promise<BaselineResult> {
  checkRequest(request);
  const python = await find();
  if (!python) {
    const command = taskCommand("setup --baselines");
    throw new UserError(`scikit-learn, XGBoost and LightGBM are not installed: ${command} installs them`);
  }
  const folder = await Deno.makeTempDir({ prefix: "baseline-" });
  try {
    await writeRequest(folder, request);
    await runPython(python, folder, request);
    const answer = JSON.parse(await Deno.readTextFile(join(folder, "answer.json")));
    return {
      ...answer,
      validation: request.validation ? await readFloats(join(folder, "validation.f32")) : new Float32Array(),
      test: await readFloats(join(folder, "test.f32")),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeRequest(folder: string, request: BaselineRequest): Promise<void> {
  const { model, grid, columns, task, seed, threads, train, validation, test } = request;
  const criterion = request.criterion ?? (task.kind === "regression" ? "mse" : "log-loss");
  const classes = classesOf(task);
  await Deno.writeTextFile(
    join(folder, "request.json"),
    JSON.stringify({ model, grid, columns, task: task.kind, classes, criterion, seed, threads }),
  );
  for (const [part, rows] of Object.entries<Inputs | Examples | undefined>({ train, validation, test })) {
    if (!rows) continue;
    await writeFloats(join(folder, `${part}_x.f32`), rows.x);
    if ("y" in rows && part !== "test") await writeFloats(join(folder, `${part}_y.f32`), rows.y);
  }
}

async function runPython(python: string, folder: string, request: BaselineRequest): Promise<void> {
  const child = new Deno.Command(python, {
    // Not -I, with which Python would not find the module beside the script.
    args: ["-E", "-s", "-B", SCRIPT, folder],
    env: processEnvironment({ PYTHONPATH: undefined, PYTHONHOME: undefined }),
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let stopped = false;
  for await (const line of outputLines(child.stdout)) {
    const { done, total } = JSON.parse(line);
    request.onProgress?.(done, total);
    if (stopRequested() && done < total && !stopped) {
      stopped = true;
      child.kill();
    }
  }
  const { code, signal } = await child.status;
  await child.stdin.close().catch(() => {});
  if (stopped) throw new UserError(`${request.model}: stopped on request before its settings were all tried`);
  if (code === 0) return;
  const said = lastLines(await errors, 6);
  const end = signal ? `was ended by ${signal}, as for want of memory` : `failed (exit code ${code})`;
  throw new UserError(`${request.model}: Python ${end}${said && `. It said:\n${said}`}`);
}

async function writeFloats(path: string, values: ArrayLike<number>): Promise<void> {
  const floats = values instanceof Float32Array ? values : Float32Array.from(values);
  await Deno.writeFile(path, new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));
}

async function readFloats(path: string): Promise<Float32Array> {
  return new Float32Array((await Deno.readFile(path)).buffer);
}

export const BASELINE_MODELS = [
  "xgboost",
  "lightgbm",
  "gradient-boosting",
  "random-forest",
  "knn",
  "mlp",
  "linear",
  "kernel-ridge",
  "bayesian-ridge",
  "gaussian-process",
] as const;

/** `linear` is logistic regression for classes and ridge regression for numbers. */
export type BaselineModel = typeof BASELINE_MODELS[number];

/** What each target is. The values of classes are 0 to the number of classes - 1. */
export type BaselineTask =
  | { kind: "regression"; targets: number }
  /** Targets that are 0 or 1, one output each: the probability of 1. */
  | { kind: "binary"; targets: number }
  /** A number of classes for each target; a probability for each class. */
  | { kind: "classification"; classes: readonly number[] };

/** Arguments of the library's model, such as `{ n_neighbors: 5 }`. */
export type Setting = Record<string, number | string | boolean | null | readonly number[]>;

/** Rows to predict: x [rows · columns]. */
interface Inputs {
  x: ArrayLike<number>;
}

/** Rows with their truth: y [rows · targets]. */
interface Examples extends Inputs {
  y: ArrayLike<number>;
}

/** By what the best setting is chosen on the validation rows, over all targets together. */
type Criterion = "mse" | "log-loss" | "r2";

export interface BaselineRequest {
  model: BaselineModel;
  /** What to choose from, in order: the first of equally good settings wins. */
  grid: readonly Setting[];
  columns: number;
  train: Examples;
  /** May be absent when there is nothing to choose: a grid of one setting. */
  validation?: Examples;
  test: Inputs;
  task: BaselineTask;
  /** Default: `mse` for numbers, else `log-loss`; `r2` is the squared correlation over all rows and targets. */
  criterion?: Criterion;
  seed: number;
  threads: number;
  /** Told after each fitted model: how many of all are done. */
  onProgress?: (done: number, total: number) => void;
}

interface BaselineResult {
  setting: Setting;
  /** Of the chosen setting on the validation rows, the lower the better (`r2` is negative); null without such rows. */
  score: number | null;
  /** Of every setting of the grid, in order; null for one that its library could not fit. */
  scores: (number | null)[];
  /** [rows · outputs] of the validation rows; empty without them. An output a target, or a class of a target. */
  validation: Float32Array;
  /** [rows · outputs] of the test rows. */
  test: Float32Array;
  /** To fit the chosen setting, to predict with it, and of the whole search. */
  fitSeconds: number;
  predictSeconds: number;
  totalSeconds: number;
  /** The most memory that the Python process held, its libraries and data included. */
  peakBytes: number;
  /** Of Python and its packages. */
  versions: Record<string, string>;
}

/** A number for each target: its classes, 2 for one that is 0 or 1, 1 for a number. */
export function classesOf(task: BaselineTask): number[] {
  if (task.kind === "classification") return [...task.classes];
  return Array.from({ length: task.targets }, () => task.kind === "binary" ? 2 : 1);
}

const FOR_NUMBERS: readonly string[] = ["kernel-ridge", "bayesian-ridge"];

/** @throws UserError for a model that is not for the task, and nothing to choose by */
export function checkRequest(request: BaselineRequest): void {
  const { model, grid, validation, task } = request;
  if (task.kind !== "regression" && FOR_NUMBERS.includes(model)) {
    throw new UserError(`model ${model}: expected a task with numbers to predict, found ${task.kind}`);
  }
  if (request.criterion === "log-loss" && task.kind === "regression") {
    throw new UserError("criterion log-loss: expected a task with classes, found regression");
  }
  if (grid.length === 0) throw new UserError(`model ${model}: expected at least one setting, found none`);
  if (grid.length > 1 && !validation) {
    throw new UserError(`model ${model}: expected validation rows to choose among ${grid.length} settings`);
  }
}
