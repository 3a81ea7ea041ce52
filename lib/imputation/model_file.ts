import { createHash } from "node:crypto";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { variantKey } from "../data/genotypes/mod.ts";
import {
  readSafetensors,
  type StoredTensor,
  type TensorFile,
  writeSafetensors,
} from "../data/safetensors.ts";
import { readBytes, sha256 } from "../data/read.ts";
import { UserError } from "../errors.ts";
import { jit } from "../engine/mod.ts";
import { createHaplotypeSpin } from "../models/haplotype/model.ts";
import type { FittedWindow } from "../train/haplotype/fit.ts";
import { columnsOf, type CutRegion, type ImputeTask } from "./region.ts";
import { type ImputeSettings, recipeFor } from "./settings.ts";

const KIND = "SPIN of haplotypes";

/**
 * What a model of a region is for: the variants known and imputed. Another cohort can use it if its array has the same
 * variants.
 */
function modelIdentity({ reference, typed }: Omit<ImputeTask, "known">, { targets }: CutRegion): string {
  const hash = createHash("sha256").update(reference.contig);
  for (const indices of [typed, targets]) {
    hash.update("|");
    for (const i of indices) hash.update(`${variantKey(reference.variants, i)};`);
  }
  return hash.digest("hex");
}

/**
 * Keeps the windows of a region, 16 bits a number, each in a file of its own until all are there.
 *
 * @param folder for these files
 */
export function modelWriter(
  path: string,
  folder: string,
  task: Omit<ImputeTask, "known">,
  region: CutRegion,
  settings: ImputeSettings,
) {
  const file = (w: number) => join(folder, `${w}.safetensors`);
  const stored = async (tensor: tf.Tensor): Promise<StoredTensor> => ({
    dtype: "F16",
    shape: tensor.shape,
    data: Float16Array.from(await tensor.data() as Float32Array),
  });
  return {
    has: (w: number): Promise<boolean> => Deno.stat(file(w)).then(() => true, () => false),
    async add(w: number, { model, latents }: FittedWindow): Promise<void> {
      const tensors = new Map<string, StoredTensor>();
      for (const { name, variable } of model.parameters) tensors.set(`${w}.${name}`, await stored(variable));
      tensors.set(`${w}.H_D`, await stored(latents()));
      await writeSafetensors(file(w), tensors);
    },
    /** Writes the whole model, or nothing. */
    async close(): Promise<void> {
      const tensors = new Map<string, StoredTensor>();
      for (let w = 0; w < region.windows.length; w++) {
        for (const [name, tensor] of (await readSafetensors(file(w))).tensors) tensors.set(name, tensor);
      }
      await writeSafetensors(path, tensors, {
        kind: KIND,
        settings: JSON.stringify(settings),
        windows: String(region.windows.length),
        variants: modelIdentity(task, region),
      });
    },
  };
}

/** A stored model of a region. */
export interface StoredModel {
  path: string;
  /** SHA-256 of the file. */
  digest: string;
  settings: ImputeSettings;
  /**
   * Its answers for the windows of a region.
   *
   * @throws UserError if it was trained for other variants
   */
  answers(
    task: Omit<ImputeTask, "known">,
    region: CutRegion,
  ): (w: number, known: Uint8Array) => Promise<Float32Array>;
}

/** @throws UserError naming the file and what is wrong: absent, truncated, of another kind. */
export async function readModel(path: string): Promise<StoredModel> {
  const file = await readSafetensors(path);
  const { kind, settings: described, windows, variants } = file.metadata;
  if (kind !== KIND || !described) {
    throw new UserError(`${path}: expected a ${KIND}, found ${kind ? `a ${kind}` : "another file"}`);
  }
  const settings = JSON.parse(described) as ImputeSettings;
  return {
    path,
    digest: sha256(await readBytes(path, "model")),
    settings,
    answers(task, region) {
      if (variants !== modelIdentity(task, region) || windows !== String(region.windows.length)) {
        throw new UserError(
          `${path}: the model was trained for other variants: expected the same reference and region, and targets ` +
            `genotyped at the same variants of it, found ${task.typed.length} genotyped and ` +
            `${region.targets.length} to impute; train a new one without --model`,
        );
      }
      return answersOf(path, file, settings, task, region);
    },
  };
}

function answersOf(
  path: string,
  { tensors }: TensorFile,
  settings: ImputeSettings,
  task: Omit<ImputeTask, "known">,
  { windows }: CutRegion,
): (w: number, known: Uint8Array) => Promise<Float32Array> {
  const { sites, targets } = windows[0]!;
  const counts = { sites: sites.to - sites.from, targets: targets.to - targets.from };
  const model = createHaplotypeSpin({ ...recipeFor(settings.recipe, counts.sites).model, ...counts }, 0);
  const answer = jit((alleles: tf.Tensor2D, hD: tf.Tensor3D) => tf.sigmoid(model.predict(alleles, hD)));
  const take = (name: string, shape?: number[]): tf.Tensor => {
    const stored = tensors.get(name);
    if (!stored || (shape && stored.shape.join() !== shape.join())) {
      throw new UserError(
        `${path}: expected "${name}"${shape ? ` of shape [${shape}]` : ""}, found ` +
          `${stored ? `[${stored.shape}]` : "nothing"}`,
      );
    }
    return tf.tensor(Float32Array.from(stored.data), stored.shape, "float32");
  };
  return async (w, known) => {
    tf.tidy(() => {
      for (const { name, shape, variable } of model.parameters) variable.assign(take(`${w}.${name}`, shape));
    });
    const hD = take(`${w}.H_D`) as tf.Tensor3D;
    const window = windows[w]!.sites;
    const queries = columnsOf(known, task.typed.length, window.from, window.to);
    const input = tf.tensor2d(Float32Array.from(queries), [queries.length / counts.sites, counts.sites]);
    const output = answer(input, hD);
    const values = await output.data() as Float32Array;
    tf.dispose([hD, input, output]);
    return values;
  };
}
