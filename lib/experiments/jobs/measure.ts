import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { compileTime, currentEngine, type ProgramMemory, ready } from "../../engine/mod.ts";
import { writeAtomic } from "../../files.ts";
import { canonicalJson, type Json } from "../../results/record.ts";
import { environment } from "../../results/mod.ts";
import { CACHE } from "../../setup/paths.ts";
import { createTableModel } from "../../models/table/mod.ts";
import { createOptimizer } from "../../train/optimizer.ts";
import { largestLayout, pointsOf } from "../../train/process/layout.ts";
import { processOf } from "../../train/process/recipe.ts";
import { createProcessStep } from "../../train/process/step.ts";
import { createStep, stepInputs } from "../../train/table/step.ts";
import type { StepCost } from "./estimate.ts";
import type { Program } from "./job.ts";
import { withoutTraining } from "./known.ts";
import { firstBatch } from "./shape.ts";

const FILE = join(CACHE, "plan.json");

/** What was measured on this machine with this engine, by programs. */
export interface Measurements {
  get(program: Program, data: string): StepCost | undefined;
  /** Compiles the largest step of a program and takes two, the second of which is timed. */
  measure(program: Program, data: string): Promise<void>;
}

/** The measurements that are kept in data/cache/plan.json. */
export async function measurements(): Promise<Measurements> {
  const { cpu, cores, versions } = await environment();
  const machine = { engine: await currentEngine(), cpu, cores, versions } as unknown as Json;
  const known: Record<string, StepCost> = await Deno.readTextFile(FILE).then(JSON.parse, () => ({}));
  const key = ({ kind, recipe, ...program }: Program, data: string) => {
    const size = "ranges" in program ? program : {};
    return canonicalJson(
      [kind, data, withoutTraining({ ...recipe }), { ...size }, machine] as unknown as Json,
    );
  };
  return {
    get: (program, data) => known[key(program, data)],
    async measure(program, data) {
      known[key(program, data)] =
        await (program.kind === "table" ? tableCost(program) : processCost(program));
      await Deno.mkdir(CACHE, { recursive: true });
      await writeAtomic(FILE, JSON.stringify(known, null, 1));
    },
  };
}

/** Seconds of the second of two calls. */
async function second(take: (at: number) => Promise<tf.Tensor>): Promise<number> {
  let seconds = 0;
  for (const at of [1, 2]) {
    const [start, before] = [performance.now(), compileTime().milliseconds];
    const loss = await take(at);
    await ready(loss);
    seconds = (performance.now() - start - (compileTime().milliseconds - before)) / 1000;
    loss.dispose();
  }
  return seconds;
}

const peak = (memory: ProgramMemory | undefined): number => memory?.peak ?? 0;

async function tableCost({ recipe, read }: Program & { kind: "table" }): Promise<StepCost> {
  const { table, fold } = await read();
  const model = createTableModel(recipe.model, table.columns, recipe.seed);
  const optimizer = createOptimizer(model.parameters, recipe.optimizer);
  const step = createStep(model, optimizer, table, fold, recipe);
  const batch = firstBatch(recipe, fold, table.rows);
  const inputs = stepInputs(recipe.seed, 1, recipe.learningRate, recipe.tradeoff, batch);
  try {
    const seconds = await second(async () => {
      const { total, label, feature } = await step.run.async(inputs);
      tf.dispose([label, feature]);
      return total;
    });
    return { bytes: peak(step.run.memory(inputs)), seconds };
  } finally {
    tf.dispose(Object.values(inputs));
    step.dispose();
    optimizer.dispose();
    model.dispose();
  }
}

async function processCost(program: Program & { kind: "process" }): Promise<StepCost> {
  const { recipe, batch } = program;
  const process = processOf(recipe);
  const optimizer = createOptimizer(process.parameters, { optimizer: "adam", clip: 0 });
  const step = createProcessStep(process, optimizer, recipe.samples);
  const layout = largestLayout(program, recipe.parts);
  const { dimX, dimY } = recipe.dims;
  const random = (width: number) => tf.randomUniform([batch, pointsOf(layout), width], -1, 1) as tf.Tensor3D;
  const points = { x: random(dimX), y: random(dimY) };
  const inputs = {
    counts: tf.tensor1d([layout.context, layout.target], "int32"),
    key: tf.tensor1d([recipe.seed, 1], "int32"),
    learningRate: tf.scalar(recipe.learningRate),
    step: tf.scalar(1, "int32"),
  };
  try {
    const seconds = await second(() => step.async(points, inputs, layout));
    return { bytes: peak(step.memory(points, inputs, layout)), seconds };
  } finally {
    tf.dispose([points.x, points.y, ...Object.values(inputs)]);
    step.dispose();
    optimizer.dispose();
    process.parameters.forEach((parameter) => parameter.dispose());
  }
}
