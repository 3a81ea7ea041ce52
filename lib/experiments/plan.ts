/** What the runs of an experiment need, before anything is started: a row for each program. */
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { compileTime, currentEngine, free, jit, type ProgramMemory, ready } from "../engine/mod.ts";
import { writeAtomic } from "../files.ts";
import { createTableModel } from "../models/table/mod.ts";
import { CACHE } from "../paths.ts";
import { environment, findRecord, type RunRecord } from "../results/mod.ts";
import { canonicalJson, type Json } from "../results/record.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { largestLayout, pointsOf } from "../train/process/layout.ts";
import { processOf } from "../train/process/recipe.ts";
import { createProcessStep } from "../train/process/step.ts";
import { stepData } from "../train/table/step.ts";
import { tableTask } from "../train/table/task.ts";
import {
  argumentBytes,
  estimate,
  firstBatch,
  knownFrom,
  type Shape,
  shapeOf,
  type StepCost,
  withoutTraining,
} from "./cost.ts";
import type { PlannedProgram, Run } from "./experiment.ts";

export interface PlanRow {
  data: string;
  model: string;
  runs: Run[];
  recorded: number;
  needs?: string;
  parameters: number | null;
  /** Of a training step, compiled or estimated. */
  bytes: number | null;
  /** Of one run. */
  steps: number;
  stepSeconds: number | null;
  runSeconds: number | null;
  source: "measured" | "record" | "estimate" | "unknown";
  machine?: string;
  shape?: Shape;
}

export interface PlanSources {
  /** The folder whose records count as done. */
  records: string;
  /** All records that tell what a step costs. */
  known: readonly RunRecord[];
  measured?: Measurements;
  /** Of this machine, see machineSpeed. */
  speed?: number;
}

/** The rows of some runs, in their order. Measurements come first, then records, then estimates. */
export async function planRows(runs: readonly Run[], sources: PlanSources): Promise<PlanRow[]> {
  const groups = Map.groupBy(runs, ({ data, model, steps }) => `${data}\n${model}\n${steps}`);
  const known = knownFrom(sources.known);
  return await Promise.all([...groups.values()].map((own) => planRow(own, known, sources)));
}

async function planRow(
  runs: Run[],
  known: ReturnType<typeof knownFrom>,
  { records, measured, speed }: PlanSources,
): Promise<PlanRow> {
  const { data, model, needs, program, steps } = runs[0]!;
  const done = await Promise.all(runs.map(({ identity }) => identity && findRecord(records, identity)));
  const told = runs.flatMap(({ identity }) => (identity && known(identity)) || [])[0];
  const readable = program && !(needs && program.kind === "table");
  const shape = readable ? await shapeOf(program) : undefined;
  const parameters = shape?.parameters ?? (told?.parameters || null);
  const measuredCost = program && measured?.get(program, data);
  const [source, cost] = measuredCost
    ? ["measured" as const, measuredCost]
    : told
    ? ["record" as const, told]
    : shape
    ? ["estimate" as const, estimate(program!.kind, shape, speed)]
    : ["unknown" as const, { bytes: null, seconds: null }];
  const stepSeconds = steps === 0 ? null : cost.seconds;
  return {
    data,
    model,
    runs,
    recorded: done.filter(Boolean).length,
    needs,
    steps,
    parameters,
    bytes: cost.bytes,
    stepSeconds,
    // A measurement has no steps: what is known of it is how long the whole took.
    runSeconds: steps === 0 ? (told?.total ?? null) : stepSeconds === null ? null : stepSeconds * steps,
    source,
    machine: source === "record" ? told!.machine : undefined,
    shape,
  };
}

/** What a program needs at least, and by the estimate: the larger of both must be free for it to be run. */
export const neededBytes = ({ runs, shape }: PlanRow): number =>
  shape ? Math.max(argumentBytes(shape), estimate(runs[0]!.program!.kind, shape).bytes) : 0;

const FILE = join(CACHE, "plan.json");

/** What was measured on this machine with this engine, by programs. */
interface Measurements {
  get(program: PlannedProgram, data: string): StepCost | undefined;
  /** Compiles the largest step of a program and takes two, the second of which is timed. */
  measure(program: PlannedProgram, data: string): Promise<void>;
}

/** The measurements that are kept in data/cache/plan.json. */
export async function measurements(): Promise<Measurements> {
  const { cpu, cores, versions } = await environment();
  const machine = { engine: await currentEngine(), cpu, cores, versions } as unknown as Json;
  const known: Record<string, StepCost> = await Deno.readTextFile(FILE).then(JSON.parse, () => ({}));
  const key = ({ kind, recipe, ...program }: PlannedProgram, data: string) => {
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
async function second(take: () => tf.Tensor): Promise<number> {
  let seconds = 0;
  for (let call = 0; call < 2; call++) {
    const [start, before] = [performance.now(), compileTime().milliseconds];
    const loss = take();
    await ready(loss);
    seconds = (performance.now() - start - (compileTime().milliseconds - before)) / 1000;
    loss.dispose();
  }
  return seconds;
}

const peak = (memory: ProgramMemory | undefined): number => memory?.peak ?? 0;

async function tableCost({ recipe, read }: PlannedProgram & { kind: "table" }): Promise<StepCost> {
  const { table, fold } = await read();
  const model = createTableModel(recipe.model, table.columns, recipe.seed);
  const data = stepData(table, fold);
  const rows = firstBatch(recipe, fold, table.rows);
  const task = tableTask(model, recipe, [data], () => ({ table: 0, rows }));
  const batch = task.batch(1);
  try {
    await task.step.prepare(batch);
    const seconds = await second(() => {
      const { loss, label, feature } = task.step(batch);
      tf.dispose([label, feature]);
      return loss;
    });
    return { bytes: peak(task.step.memory(batch)), seconds };
  } finally {
    free(batch.inputs, data);
    task.dispose();
    model.dispose();
  }
}

async function processCost(program: PlannedProgram & { kind: "process" }): Promise<StepCost> {
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
    await step.prepare(points, inputs, layout);
    const seconds = await second(() => step(points, inputs, layout).loss);
    return { bytes: peak(step.memory(points, inputs, layout)), seconds };
  } finally {
    tf.dispose([points.x, points.y, ...Object.values(inputs)]);
    step.dispose();
    optimizer.dispose();
    process.parameters.forEach((parameter) => parameter.dispose());
  }
}

const SIDE = 1024;
/** Multiply-adds in a second on the machine of the committed records. */
const RECORDED_SPEED = 44e9;
/** Seconds of trying. */
const SPEND = 0.7;

/** How much faster this machine multiplies matrices than the one of the committed records: the best of many products. */
export async function machineSpeed(): Promise<number> {
  const a = tf.ones([SIDE, SIDE]) as tf.Tensor2D;
  const product = jit((x: tf.Tensor2D) => tf.matMul(x, x), { name: "a product" });
  const start = performance.now();
  let best = Infinity;
  while (performance.now() - start < 1000 * SPEND) {
    const before = performance.now();
    const result = product(a);
    await ready(result);
    best = Math.min(best, (performance.now() - before) / 1000);
    result.dispose();
  }
  a.dispose();
  product.dispose();
  return SIDE ** 3 / best / RECORDED_SPEED;
}
