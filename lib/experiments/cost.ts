/** What a run costs: as records of its program tell, else by formulas of its training step. */
import { batchCount, type EncodedTable, type Fold } from "../data/mod.ts";
import type { CountRanges } from "../data/task_source.ts";
import { completeConfig, countParameters, layoutOf, type TableModelConfig } from "../models/table/mod.ts";
import { canonicalJson, type Json, type RunIdentity, type RunRecord } from "../results/record.ts";
import { largestLayout, sizesOf } from "../train/process/layout.ts";
import { processOf, type ProcessRecipe } from "../train/process/recipe.ts";
import type { Recipe } from "../train/table/recipe.ts";
import type { PlannedProgram } from "./experiment.ts";

/** Settings that change a training and its tests, but not the program of a step. */
const OF_TRAINING = new Set([
  "steps",
  "seed",
  "learningRate",
  "schedule",
  "flatShare",
  "tradeoff",
  "tradeoffSchedule",
  "evaluateEvery",
  "criterion",
  "inference",
  "evalSamples",
  "kernels",
  "finalBatches",
  "curveBatches",
  "curveSamples",
]);

/** A configuration without the settings that are of its training alone, at any depth. */
export function withoutTraining(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutTraining);
  if (typeof value !== "object" || value === null) return (value ?? null) as Json;
  return Object.fromEntries(
    Object.entries(value).filter(([name, inner]) => !OF_TRAINING.has(name) && inner !== undefined)
      .map(([name, inner]) => [name, withoutTraining(inner)]),
  );
}

const programOf = ({ experiment, model, data, configuration }: RunIdentity): string =>
  canonicalJson([experiment, model, data.name, withoutTraining(configuration)]);

/** What records tell of a program. */
interface Known extends Omit<StepCost, "bytes"> {
  bytes: number | null;
  parameters: number;
  /** Of a whole run. */
  total: number;
  machine: string;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** A function that tells of a run what records of the same program say: medians, whatever their seeds and lengths. */
export function knownFrom(records: readonly RunRecord[]): (identity: RunIdentity) => Known | undefined {
  const groups = Map.groupBy(records.filter(({ status }) => status === "complete"), programOf);
  return (identity) => {
    const own = groups.get(programOf(identity));
    if (!own) return undefined;
    const trained = own.filter(({ steps }) => steps > 0);
    const { environment, engine, parameters } = own[0]!;
    return {
      bytes: own.find(({ memory }) => memory.compiledBytes !== null)?.memory.compiledBytes ?? null,
      seconds: trained.length > 0 ? median(trained.map(({ seconds, steps }) => seconds.train / steps)) : null,
      total: median(own.map(({ seconds: { compile, train, evaluate } }) => compile + train + evaluate)),
      parameters,
      machine: `${environment.cpu}, ${environment.cores} cores` +
        (engine.device === "cpu" ? "" : `, ${engine.device}`),
    };
  };
}

export interface StepCost {
  bytes: number;
  /** Of a step; null where none was run. */
  seconds: number | null;
}

interface Calibration {
  /** Multiply-adds, kept numbers and parameters that are dealt with in a second, and seconds of any step. */
  products: number;
  kept: number;
  parameters: number;
  start: number;
  /** Times that a kept number is there at the peak. */
  copies: number;
}

/**
 * Fitted on the committed records of this workspace (AMD EPYC, 2 cores): 37 steps of tables and 38 of neural processes by
 * least squares of the logarithm of their times. Tables then lie between 0.6 and 2.0 times their records, processes between 0.5
 * and 2.1 times.
 */
const CALIBRATION: Record<PlannedProgram["kind"], Calibration> = {
  table: { products: 64e9, kept: 147e6, parameters: 124e6, start: 0, copies: 1.5 },
  process: { products: 61e9, kept: 547e6, parameters: Infinity, start: 0.066, copies: 0.95 },
};

const FLOAT = 4;

/** Bytes of the weights and of what the optimiser keeps. */
export const argumentBytes = ({ parameters, copies }: Shape): number => FLOAT * copies * parameters;

/**
 * Memory and time of a training step by its shape alone. The backward pass has twice the forward one's products.
 *
 * @param speed of this machine, where that of the records has 1
 */
export function estimate(kind: PlannedProgram["kind"], shape: Shape, speed = 1): StepCost {
  const { products, kept, parameters, start, copies } = CALIBRATION[kind];
  const { largest, mean } = shape;
  return {
    bytes: argumentBytes(shape) + FLOAT * (shape.parameters + copies * largest.kept),
    seconds: (start + 3 * mean.products / products + mean.kept / kept + shape.parameters / parameters) /
      speed,
  };
}

export interface Shape {
  parameters: number;
  /** Arrays of the size of the parameters that a step reads: the weights and the optimiser's. */
  copies: number;
  /** The largest step, and the mean of all. */
  largest: Work;
  mean: Work;
}

/** The rows of any batch of a training; null where a step takes the whole table. */
export function firstBatch({ transductive, batchSize }: Recipe, fold: Fold, rows: number): Int32Array | null {
  const groups = transductive ? [fold.train, fold.val, fold.test] : [fold.train];
  const members = groups.reduce((sum, group) => sum + group.length, 0);
  const size = batchSize >= members ? -1 : batchSize;
  if (size === -1 && members === rows) return null;
  const count = batchCount(members, size);
  return Int32Array.from(groups.flatMap((group) => [...group.subarray(0, Math.floor(group.length / count))]));
}

export async function shapeOf(program: PlannedProgram): Promise<Shape> {
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

function processShape(program: PlannedProgram & { kind: "process" }): Shape {
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

interface Work {
  /** Multiply-adds of the forward pass. */
  products: number;
  /** Numbers that the forward pass leaves for the gradient. */
  kept: number;
}

/** One attention block: B times nq queries of nk keys, of these widths. */
const block = (b: number, nq: number, nk: number, width: number, q = width, kv = width) => {
  return { b, nq, nk, q, kv, width };
};
type Block = ReturnType<typeof block>;

/** The paper's attention block: queries, keys and values, mixing, residual, scores and values, row-wise network. */
function blockWork({ b, nq, nk, q, kv, width: w }: Block, heads: number): Work {
  return {
    products: b * (nq * (2 * q * w + w * w + 8 * w * w) + 2 * nk * kv * w + 2 * nq * nk * w),
    kept: b * (2 * heads * nq * nk + 2 * nk * w + nq * (q + 13 * w)),
  };
}

function blocksOf(
  { model, embedding: e, depth, h, f, ...config }: TableModelConfig,
  n: number,
  d: number,
): Block[] {
  const row = d * e;
  const latent = f * e;
  const times = (count: number, blocks: Block[]) => Array.from({ length: count }, () => blocks).flat();
  const abla = config.abla ? [block(n, f, f, e)] : [];
  const flat = block(1, n, h, row, row, latent);
  switch (model) {
    case "spin":
      return [
        ...times(depth / 2, [block(n, f, d, e), ...abla, block(1, h, n, latent)]),
        ...(config.decoderBoth ? [block(n, d, f, e)] : []),
        config.predictor === "flat" ? flat : block(1, n * d, h * f, e),
      ];
    case "npt":
      return times(depth / 2, [block(1, n, n, row), block(n, d, d, e)]);
    case "set-transformer":
      return times(depth / 2, [
        block(1, h, n, row),
        block(1, n, h, row),
        block(n, f, d, e),
        block(n, d, f, e),
      ]);
    case "only-aba":
      return times(depth, [block(n, d, d, e)]);
    case "only-abd":
      return times(depth, [block(1, n, n, row)]);
    case "perceiver-d":
      return [
        ...times(Math.ceil(depth / 2), [block(1, h, n, latent, latent, row)]),
        ...(config.abla ? times(Math.floor(depth / 2), [block(h, f, f, e)]) : []),
        flat,
      ];
    case "perceiver-e":
      return [...times(depth, [block(n, f, d, e), ...abla]), block(n, d, f, e)];
  }
}

/** A table model on a batch of n rows. @param classes of each column, 1 for a number */
export function tableWork(config: TableModelConfig, n: number, classes: readonly number[]): Work {
  const cells = classes.reduce((sum, count) => sum + count + 1, 0);
  const ends = { products: 2 * n * cells * config.embedding, kept: 2 * n * cells };
  return blocksOf(config, n, classes.length).map((one) => blockWork(one, config.heads))
    .reduce((a, b) => ({ products: a.products + b.products, kept: a.kept + b.kept }), ends);
}

/** Heads of all attentions; TNP-D has 4, and 6 layers. */
const HEADS = 8;
const [TNP_HEADS, TNP_LAYERS] = [4, 6];

/** How much a step reads: h inducing points, and latent samples or bootstraps, of models that have them. */
interface ScoreSize {
  context: number;
  targets: number;
  induce: number;
  samples: number;
}

/**
 * Attention scores of a training step for one head and one task, by the published formulas: n context points among N
 * points, m inducing points, K bootstraps. 0 for models without attention, and for those whose scores are never all
 * there at once.
 */
export function scoreEntries(
  model: string,
  { context: n, targets, induce: m, samples }: ScoreSize,
): number {
  const all = n + targets;
  const canp = 2 * n * n + all * n;
  switch (model) {
    case "canp":
      return canp;
    case "anp":
      return canp + all * all;
    case "banp":
      return (samples + 1) * canp + samples * 3 * n * n;
    case "tnpd":
      return TNP_LAYERS * all * n;
    case "cipnp":
    case "cipnp-fast":
    case "cipnp-sharp":
      return 2 * m * n + all * m;
    case "ipnp":
    case "ipnp-fast":
    case "ipnp-sharp":
      return 2 * m * n + 2 * m * all;
    default:
      return 0;
  }
}

/**
 * Bytes that a training step needs at least: its attention scores, once. They have to be kept for the gradient, so no
 * compiler can do with less. It takes no time, where compiling a program far beyond the memory takes minutes.
 */
export const leastBytes = (model: string, size: ScoreSize & { batch: number }): number =>
  scoreEntries(model, size) * (model === "tnpd" ? TNP_HEADS : HEADS) * size.batch * FLOAT;

interface ProcessShape {
  recipe: ProcessRecipe;
  ranges: CountRanges;
  batch: number;
  /** Points of a task, where every point beyond the context is a target. */
  all?: number;
}

/**
 * A neural process on tasks of so many points: every weight meets every point once, and scores come on top. Latent samples
 * and bootstraps are passes of their own.
 */
export function processWork(
  { recipe: { model, dims, induce, samples }, batch }: ProcessShape,
  { context, targets }: { context: number; targets: number },
  parameters: number,
): Work {
  const scores = scoreEntries(model, { context, targets, induce: induce ?? 0, samples });
  const points = context + targets;
  const passes = model === "bnp" || model === "banp" ? samples + 1 : 1;
  return {
    products: batch * (passes * points * parameters + 2 * scores * dims.dimHid),
    kept: batch * (passes * points * parameters / dims.dimHid + 2 * HEADS * scores),
  };
}
