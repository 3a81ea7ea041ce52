import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { jit } from "../../engine/mod.ts";
import { CACHE } from "../../paths.ts";
import { type StoredTensor, storedTensors, storeTensors } from "../safetensors.ts";
import { type CountRanges, type Counts, drawCounts } from "../task_source.ts";
import type { GpKernel } from "./kernels.ts";
import { type GpBatch, paddedSize, sampleGp } from "./sampler.ts";

/** What an evaluation set is made of; equal descriptions are the same set. */
export interface EvaluationSpec extends CountRanges {
  kernel: GpKernel;
  seed: number;
  /** 3,000 in the reference. */
  batches: number;
  /** Functions of a batch; 16 in the reference. */
  batch: number;
}

/** One batch: context points first. All arrays are row-major. */
export interface EvaluationBatch extends Counts {
  /** [batch, context + target]. */
  x: Float32Array;
  /** [batch, context + target]. */
  y: Float32Array;
  /** Hyperparameters, [batch]; periods are NaN but for the periodic kernel. */
  length: Float32Array;
  scale: Float32Array;
  period: Float32Array;
}

export interface EvaluationSet {
  spec: EvaluationSpec;
  /** Whether it was read from a file of an earlier time. */
  stored: boolean;
  path: string;
  /** Batch `index` of `spec.batches`. */
  at(index: number): EvaluationBatch;
}

interface EvaluationOptions {
  /** Where sets are kept; data/cache/evaluation of this workspace unless given. */
  folder?: string;
  onBatch?: (done: number, of: number) => void;
  signal?: AbortSignal;
}

const POINTWISE = ["x", "y"] as const;
const ITEMWISE = ["length", "scale", "period"] as const;
type Column = (typeof POINTWISE | typeof ITEMWISE)[number];
type Columns = Record<Column, Float32Array>;

/** Changes when the same description would give other numbers. */
const FORMAT = "2";

/**
 * The evaluation set of a description: read from its file, or made and stored if there is none. A file that is torn,
 * changed or of another format is made again.
 *
 * @throws UserError for ranges that are none or a folder that cannot be written; the signal's reason if it is aborted.
 */
export async function evaluationSet(
  spec: EvaluationSpec,
  { folder = join(CACHE, "evaluation"), onBatch, signal }: EvaluationOptions = {},
): Promise<EvaluationSet> {
  const path = join(folder, `${nameOf(spec)}.safetensors`);
  const counts = Array.from({ length: spec.batches }, (_, i) => drawCounts(keyOf(spec, i), spec));
  const stored = (await storedTensors(path, `${FORMAT} ${nameOf(spec)}`))?.tensors;
  const columns = stored
    ? Object.fromEntries([...stored].map(([name, { data }]) => [name, data])) as Columns
    : await make(spec, counts, onBatch, signal);
  if (!stored) {
    await Deno.mkdir(folder, { recursive: true });
    const tensors = Object.entries(columns).map(([name, data]): [string, StoredTensor] => [
      name,
      { dtype: "F32", shape: [data.length], data },
    ]);
    await storeTensors(path, `${FORMAT} ${nameOf(spec)}`, new Map(tensors));
  }
  return { spec, stored: stored !== undefined, path, at: reader(spec, counts, columns) };
}

function nameOf({ kernel, context, target, seed, batches, batch }: EvaluationSpec): string {
  return `gp_${kernel}_ctx-${context.join("-")}_tar-${target.join("-")}_seed-${seed}_${batches}x${batch}`;
}

/** Training counts its steps from 0: negative numbers are never drawn from there. */
const keyOf = ({ seed }: EvaluationSpec, index: number) => [seed, -1 - index] as const;

async function make(
  spec: EvaluationSpec,
  counts: readonly Counts[],
  onBatch: EvaluationOptions["onBatch"],
  signal: AbortSignal | undefined,
): Promise<Columns> {
  const { kernel, batch, context, target } = spec;
  const points = batch * counts.reduce((sum, { context, target }) => sum + context + target, 0);
  const filled = (length: number) => new Float32Array(length).fill(NaN);
  const columns = Object.fromEntries([
    ...POINTWISE.map((name) => [name, filled(points)]),
    ...ITEMWISE.map((name) => [name, filled(batch * counts.length)]),
  ]) as Columns;
  const sample = jit(
    (key: tf.Tensor, points: number) => sampleGp({ kernel, batch, points }, key),
    { static: [1] },
  );
  try {
    let at = 0;
    for (const [index, one] of counts.entries()) {
      signal?.throwIfAborted();
      const points = one.context + one.target;
      const size = paddedSize(points, context[1] + target[1]);
      const key = tf.tensor1d([...keyOf(spec, index)], "int32");
      const made = await sample.async(key, size);
      const read = (name: Column) => made[name as keyof GpBatch]?.data() as Promise<Float32Array> | undefined;
      for (const name of POINTWISE) {
        const rows = (await read(name))!;
        for (let item = 0; item < batch; item++) {
          columns[name].set(rows.subarray(item * size, item * size + points), at + item * points);
        }
      }
      for (const name of ITEMWISE) {
        const values = await read(name);
        if (values) columns[name].set(values, index * batch);
      }
      tf.dispose([key, made as unknown as tf.NamedTensorMap]);
      at += batch * points;
      onBatch?.(index + 1, counts.length);
    }
  } finally {
    sample.dispose();
  }
  return columns;
}

function reader(spec: EvaluationSpec, counts: readonly Counts[], columns: Columns) {
  const starts = [0];
  for (const { context, target } of counts) starts.push(starts.at(-1)! + spec.batch * (context + target));
  return (index: number): EvaluationBatch => {
    const one = counts[index];
    if (!one) throw new RangeError(`evaluation set: batch ${index} of ${counts.length}`);
    const part = (name: Column) =>
      name === "x" || name === "y"
        ? columns[name].subarray(starts[index], starts[index + 1])
        : columns[name].subarray(index * spec.batch, (index + 1) * spec.batch);
    const parts = [...POINTWISE, ...ITEMWISE].map((name) => [name, part(name)]);
    return { ...one, ...Object.fromEntries(parts) as Columns };
  };
}
