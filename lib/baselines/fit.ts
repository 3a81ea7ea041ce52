/** Fits classical models in Python, as their users do: data in, predictions out. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { stopRequested } from "../progress/stop.ts";
import { findBaselines } from "../setup/baselines.ts";
import { environment, lastLines } from "../setup/command.ts";
import { taskCommand } from "../setup/paths.ts";
import { outputLines } from "./output_lines.ts";
import {
  type BaselineRequest,
  type BaselineResult,
  checkRequest,
  classesOf,
  type Examples,
  type Inputs,
  outputsOf,
} from "./request.ts";

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
    throw new UserError(
      `scikit-learn, XGBoost and LightGBM are not installed: ${
        taskCommand("setup --baselines")
      } installs them`,
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "baseline-" });
  try {
    await writeRequest(folder, request);
    await runPython(python, folder, request);
    const answer = JSON.parse(await Deno.readTextFile(join(folder, "answer.json")));
    return {
      ...answer,
      model: request.model,
      outputs: outputsOf(request.task),
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
    env: environment({ PYTHONPATH: undefined, PYTHONHOME: undefined }),
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
