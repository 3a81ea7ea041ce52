import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { sameContig, variantKey } from "../data/genotypes/mod.ts";
import {
  readSafetensors,
  type StoredTensor,
  type TensorFile,
  writeSafetensors,
} from "../data/safetensors.ts";
import { readBytes, sha256 } from "../data/read.ts";
import { UserError } from "../errors.ts";
import { exists } from "../files.ts";
import { jit } from "../engine/mod.ts";
import { createHaplotypeSpin } from "../models/haplotype/model.ts";
import type { FittedWindow } from "../train/haplotype/fit.ts";
import { copyingDosages } from "./copying/dosages.ts";
import {
  columnsOf,
  type CutRegion,
  type ImputeTask,
  panelAt,
  programSizes,
  type RegionWindow,
  withWidth,
} from "./region.ts";
import { type ImputeSettings, recipeFor } from "./settings.ts";

const KIND = "SPIN of haplotypes";

/** What a model of a region knows and answers: variants by their keys, and the windows that index them. */
interface Layout {
  contig: string;
  typed: string[];
  targets: string[];
  windows: RegionWindow[];
}

function layoutOf({ reference, typed }: Omit<ImputeTask, "known">, { targets, windows }: CutRegion): Layout {
  const keys = (indices: Int32Array) => Array.from(indices, (i) => variantKey(reference.variants, i));
  return { contig: reference.contig, typed: keys(typed), targets: keys(targets), windows };
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
    has: (w: number): Promise<boolean> => exists(file(w)),
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
        layout: JSON.stringify(layoutOf(task, region)),
      });
    },
  };
}

export interface StoredModel {
  path: string;
  /** SHA-256 of the file. */
  digest: string;
  settings: ImputeSettings;
  /** Keys of the genotyped variants it was trained with. */
  typed: ReadonlySet<string>;
  /**
   * Its answers for the windows of a region. The targets may be genotyped at other variants than those it was trained with:
   * what they lack is filled in by the copying model, and what it does not answer is NaN.
   *
   * @throws UserError if it was trained for another reference, or for an array that has little in common
   */
  answers(task: Omit<ImputeTask, "known">, region: CutRegion): ModelAnswers;
}

export interface ModelAnswers {
  /** Probabilities [haplotypes, targets] of window `w` of the region, from the targets' haplotypes at its typed variants. */
  answer(w: number, known: Uint8Array): Promise<Float32Array>;
  /** How it fits the targets, in words. */
  note: string;
}

/** @throws UserError naming the file and what is wrong: absent, truncated, of another kind. */
export async function readModel(path: string): Promise<StoredModel> {
  const file = await readSafetensors(path);
  const { kind, settings: described, layout: laidOut } = file.metadata;
  if (kind !== KIND || !described || !laidOut) {
    throw new UserError(`${path}: expected a ${KIND}, found ${kind ? `a ${kind}` : "another file"}`);
  }
  const settings = JSON.parse(described) as ImputeSettings;
  const layout = JSON.parse(laidOut) as Layout;
  return {
    path,
    digest: sha256(await readBytes(path, "model")),
    settings,
    typed: new Set(layout.typed),
    answers: (task, region) => answersOf(path, file, settings, layout, task, region),
  };
}

/** Share of the model's genotyped variants that the targets must have. */
const LEAST_SHARE = 0.5;

function answersOf(
  path: string,
  file: TensorFile,
  settings: ImputeSettings,
  layout: Layout,
  task: Omit<ImputeTask, "known">,
  region: CutRegion,
): ModelAnswers {
  const { reference } = task;
  const indexOf = new Map<string, number>();
  reference.variants.position.forEach((_, i) => indexOf.set(variantKey(reference.variants, i), i));
  const sites = Int32Array.from(layout.typed, (key) => indexOf.get(key) ?? -1);
  const absent = sites.filter((i) => i < 0).length;
  const columnOf = new Map(Array.from(task.typed, (i, column) => [i, column]));
  const columns = sites.map((i) => columnOf.get(i) ?? -1);
  const shared = columns.filter((column) => column >= 0).length;
  if (!sameContig(layout.contig, reference.contig) || absent > 0 || shared < LEAST_SHARE * sites.length) {
    const found = absent > 0
      ? `${absent} of the ${sites.length} variants it was trained with are not in the reference or the region`
      : `the targets have ${shared} of the ${sites.length} variants it was trained with`;
    throw new UserError(
      `${path}: the model was trained for other variants: expected the same reference, a region with 1 Mb around it, and ` +
        `targets with at least half of its genotyped variants; ${found}; train a new one without --model`,
    );
  }
  const targetOf = new Map<number, number>();
  layout.targets.forEach((key, t) => indexOf.has(key) && targetOf.set(indexOf.get(key)!, t));
  const alone = region.targets.filter((i) => !targetOf.has(i)).length;
  const predict = predictions(path, file, settings, layout);
  let filled: Promise<Uint8Array> | undefined;
  return {
    note: `model: trained with ${sites.length} genotyped variants, of which the targets have ${shared}` +
      (shared < sites.length ? " (the others are filled in by the copying model)" : "") +
      (alone > 0 ? `; ${alone} variants that it does not know are imputed by the copying model alone` : ""),
    async answer(w, known) {
      const alleles = await (filled ??= withSites(task, settings, known, sites, columns));
      const { from, to } = region.windows[w]!.targets;
      const wanted = Array.from(region.targets.subarray(from, to), (i) => targetOf.get(i) ?? -1);
      const rows = known.length / task.typed.length;
      const out = new Float32Array(rows * wanted.length).fill(NaN);
      for (const [m, window] of layout.windows.entries()) {
        const { targets } = window;
        // Windows overlap at the end: the first one that has a target answers it, as after training.
        const here = wanted.map((t, column) =>
          t >= targets.from && t < targets.to && Number.isNaN(out[column]!)
        );
        if (!here.includes(true)) continue;
        const values = await predict(m, alleles);
        const width = targets.to - targets.from;
        here.forEach((is, column) => {
          if (!is) return;
          for (let q = 0; q < rows; q++) {
            out[q * wanted.length + column] = values[q * width + wanted[column]! - targets.from]!;
          }
        });
      }
      return out;
    },
  };
}

/** The targets' haplotypes at the model's sites [rows, sites]: as they are known, or the likelier alleles of the copying model. */
async function withSites(
  { reference, typed, map }: Omit<ImputeTask, "known">,
  { ne, mismatch }: ImputeSettings,
  known: Uint8Array,
  sites: Int32Array,
  columns: Int32Array,
): Promise<Uint8Array> {
  const rows = known.length / typed.length;
  const lacking = sites.filter((_, s) => columns[s]! < 0);
  const place = (i: number) => map.centimorgans(reference.variants.position[i]!);
  const chances = await copyingDosages({
    reference: panelAt(reference, typed),
    query: known,
    centimorgans: Float64Array.from(typed, place),
    targets: { alleles: panelAt(reference, lacking), centimorgans: Float64Array.from(lacking, place) },
  }, { ne, mismatch });
  const out = new Uint8Array(rows * sites.length);
  for (let q = 0; q < rows; q++) {
    for (let s = 0, l = 0; s < sites.length; s++) {
      out[q * sites.length + s] = columns[s]! >= 0
        ? known[q * typed.length + columns[s]!]!
        : Number(chances[q * lacking.length + l++]! > 0.5);
    }
  }
  return out;
}

/** Haplotypes that are answered at once. */
const CHUNK = 64;

/** A function that answers window `m` of a model for alleles [rows, all its sites]: [rows, targets of the window]. */
function predictions(
  path: string,
  { tensors }: TensorFile,
  settings: ImputeSettings,
  { typed, windows }: Layout,
): (m: number, alleles: Uint8Array) => Promise<Float32Array> {
  const counts = programSizes(windows[0]!, settings.windows);
  const model = createHaplotypeSpin({ ...recipeFor(settings.recipe, counts.sites).model, ...counts }, 0);
  const answer = jit((alleles: tf.Tensor2D, hD: tf.Tensor3D) => tf.sigmoid(model.predict(alleles, hD)));
  const take = (name: string, shape?: number[]): tf.Tensor => {
    const stored = tensors.get(name);
    if (!stored || (shape && stored.shape.join() !== shape.join())) {
      const found = stored ? `[${stored.shape}]` : "nothing";
      throw new UserError(
        `${path}: expected "${name}"${shape ? ` of shape [${shape}]` : ""}, found ${found}`,
      );
    }
    return tf.tensor(Float32Array.from(stored.data), stored.shape, "float32");
  };
  return async (m, alleles) => {
    tf.tidy(() => {
      for (const { name, shape, variable } of model.parameters) variable.assign(take(`${m}.${name}`, shape));
    });
    const hD = take(`${m}.H_D`) as tf.Tensor3D;
    const { sites, targets } = windows[m]!;
    const own = columnsOf(alleles, typed.length, sites.from, sites.to);
    const queries = withWidth(own, sites.to - sites.from, counts.sites);
    const rows = queries.length / counts.sites;
    const out = new Float32Array(rows * counts.targets);
    for (let from = 0; from < rows; from += CHUNK) {
      const filled = new Float32Array(CHUNK * counts.sites);
      filled.set(queries.subarray(from * counts.sites, (from + CHUNK) * counts.sites));
      const input = tf.tensor2d(filled, [CHUNK, counts.sites]);
      const output = answer(input, hD);
      const values = await output.data() as Float32Array;
      out.set(values.subarray(0, Math.min(CHUNK, rows - from) * counts.targets), from * counts.targets);
      tf.dispose([input, output]);
    }
    hD.dispose();
    return withWidth(out, counts.targets, targets.to - targets.from);
  };
}
