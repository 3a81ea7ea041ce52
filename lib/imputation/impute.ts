import { join } from "node:path";
import { firstAtLeast, type ImputedBatch, variantCount } from "../data/genotypes/mod.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { Stopped, stopRequested } from "../progress/mod.ts";
import {
  type FittedWindow,
  fitWindow,
  type FitWindowOptions,
  type HaplotypeWindow,
} from "../train/haplotype/fit.ts";
import { copyingDosages } from "./copying/dosages.ts";
import {
  columnsOf,
  type CutRegion,
  cutRegion,
  type ImputeTask,
  panelAt,
  type RegionWindow,
} from "./region.ts";
import { type ImputeSettings, recipeFor } from "./settings.ts";

interface ImputeOptions {
  settings: ImputeSettings;
  /** Where finished windows are kept, for work that is stopped and goes on later. */
  parts?: Awaited<ReturnType<typeof openParts>>;
  /** SPIN's probabilities [haplotypes, targets] of window w from elsewhere, such as a stored model. */
  spin?: (w: number) => Promise<Float32Array>;
  /** Told each window after its training, to keep the model. */
  onTrained?: (w: number, fitted: FittedWindow) => Promise<void>;
  /** Called as training goes on: windows done (with a fraction), of how many. */
  onProgress?: (done: number, of: number) => void;
  /** Ends the work early, as a stop request does. */
  signal?: AbortSignal;
}

/** Bytes that the copying model's answers, and the reference's alleles that it reads for them, may take at once. */
const MOST = 2e8;

/**
 * Imputes a region window by window, in order: the SPIN of the window is trained on mosaics of the reference and predicts
 * the targets' haplotypes; the copying model does the same; the result is the mean of their logits.
 *
 * @returns batches of all variants of the reference in their order
 * @throws Stopped if it was stopped; what is done of it is among `parts`
 */
export async function* imputeRegion(task: ImputeTask, options: ImputeOptions): AsyncGenerator<ImputedBatch> {
  const region = cutRegion(task, options.settings);
  const { windows, targets } = region;
  let from = 0;
  for await (const { w, probabilities } of imputedWindows(task, region, options)) {
    const last = w === windows.length - 1;
    const to = last ? variantCount(task.reference) : targets[windows[w]!.targets.to - 1]! + 1;
    yield batchOf(task, region, w, probabilities, from, to);
    from = to;
  }
  if (windows.length === 0) {
    yield batchOf(task, region, -1, new Float32Array(0), 0, variantCount(task.reference));
  }
}

/** Probabilities [haplotypes, targets of the window] of every window in order. */
async function* imputedWindows(
  task: ImputeTask,
  region: CutRegion,
  options: ImputeOptions,
): AsyncGenerator<{ w: number; probabilities: Float32Array }> {
  const { settings, parts, spin, onProgress, signal } = options;
  const { windows } = region;
  const rows = task.known.length / task.typed.length;
  const size = windows.length === 0 ? 1 : windows[0]!.targets.to - windows[0]!.targets.from;
  const bytes = Math.max(4 * rows, 2 * task.reference.samples.length);
  const stretch = Math.max(1, Math.floor(MOST / (bytes * size)));
  let copied: { first: number; from: number; width: number; values: Float32Array } | undefined;
  for (let w = 0; w < windows.length; w++) {
    let probabilities = await parts?.read(w);
    if (!probabilities) {
      if (!copied || w >= copied.first + stretch) {
        const { from } = windows[w]!.targets;
        const { to } = windows[Math.min(windows.length, w + stretch) - 1]!.targets;
        const values = await copyingOf(task, region, settings, from, to);
        copied = { first: w, from, width: to - from, values };
      }
      const own = await (spin?.(w) ?? trained(task, region, w, options));
      if (stopRequested(signal)) throw new Stopped();
      const { from, to } = windows[w]!.targets;
      const theirs = columnsOf(copied.values, copied.width, from - copied.from, to - copied.from);
      probabilities = combineLogits(own, theirs, settings.weight);
      await parts?.write(w, probabilities);
    }
    onProgress?.(w + 1, windows.length);
    yield { w, probabilities };
  }
}

async function trained(
  task: ImputeTask,
  region: CutRegion,
  w: number,
  { settings, onTrained, onProgress, signal }: ImputeOptions,
): Promise<Float32Array> {
  const fitted = await fitRegionWindow(task, region, settings, w, {
    onStep: (step) => onProgress?.(w + step / settings.recipe.steps, region.windows.length),
    signal,
  });
  try {
    if (fitted.stopped) throw new Stopped();
    await onTrained?.(w, fitted);
    return await fitted.predict(queriesOf(task, region.windows[w]!));
  } finally {
    fitted.dispose();
  }
}

/** The variants `from` to `to` of the reference with what is known of them: typed, imputed or without variation. */
function batchOf(
  { reference, typed, known }: ImputeTask,
  { windows, targets, fixed }: CutRegion,
  w: number,
  probabilities: Float32Array,
  from: number,
  to: number,
): ImputedBatch {
  const { position, id, ref, alt } = reference.variants;
  const rows = known.length / typed.length;
  const count = to - from;
  const columns = rows === 0 ? 0 : probabilities.length / rows;
  const target = w < 0 ? 0 : windows[w]!.targets.from;
  const out = new Float32Array(count * rows);
  const isTyped = new Uint8Array(count);
  let [t, s] = [firstAtLeast(targets, from), firstAtLeast(typed, from)];
  for (let i = 0; i < count; i++) {
    const row = out.subarray(i * rows, (i + 1) * rows);
    if (typed[s] === from + i) {
      isTyped[i] = 1;
      for (let q = 0; q < rows; q++) row[q] = known[q * typed.length + s]!;
      s++;
    } else if (targets[t] === from + i) {
      for (let q = 0; q < rows; q++) row[q] = probabilities[q * columns + t - target]!;
      t++;
    } else row.fill(fixed[from + i]!);
  }
  return {
    position: position.slice(from, to),
    id: id.slice(from, to),
    ref: ref.slice(from, to),
    alt: alt.slice(from, to),
    probabilities: out,
    typed: isTyped,
  };
}

/** Known sites on either side of a stretch of targets that the copying model reads beyond it. */
const FLANK = 400;

/** Probabilities [haplotypes, to - from] of a stretch of targets by the copying model. */
async function copyingOf(
  { reference, typed, known }: ImputeTask,
  { targets, centimorgans }: CutRegion,
  { ne, mismatch }: ImputeSettings,
  from: number,
  to: number,
): Promise<Float32Array> {
  const { position } = reference.variants;
  const sites = typed.map((i) => position[i]!);
  const first = Math.max(0, firstAtLeast(sites, position[targets[from]!]!) - FLANK);
  const last = Math.min(typed.length, firstAtLeast(sites, position[targets[to - 1]!]! + 1) + FLANK);
  const there = typed.subarray(first, last);
  const wanted = targets.subarray(from, to);
  return await copyingDosages({
    reference: panelAt(reference, there),
    query: columnsOf(known, typed.length, first, last),
    centimorgans: Float64Array.from(there, (i) => centimorgans[i]!),
    targets: {
      alleles: panelAt(reference, wanted),
      centimorgans: Float64Array.from(wanted, (i) => centimorgans[i]!),
    },
  }, { ne, mismatch });
}

/** A window as SPIN is trained on it. */
function trainingWindow(
  { reference, typed }: ImputeTask,
  { targets, centimorgans }: CutRegion,
  window: RegionWindow,
): HaplotypeWindow {
  const sites = typed.subarray(window.sites.from, window.sites.to);
  const wanted = targets.subarray(window.targets.from, window.targets.to);
  const places = Int32Array.from([...sites, ...wanted]).sort();
  const placeOf = new Map(Array.from(places, (variant, place) => [variant, place]));
  return {
    panel: panelAt(reference, places),
    centimorgans: Float64Array.from(places, (i) => centimorgans[i]!),
    sites: sites.map((i) => placeOf.get(i)!),
    targets: wanted.map((i) => placeOf.get(i)!),
  };
}

/** The targets' alleles at a window's sites, [haplotypes, sites]. */
const queriesOf = ({ typed, known }: ImputeTask, { sites }: RegionWindow): Uint8Array =>
  columnsOf(known, typed.length, sites.from, sites.to);

/** Trains the SPIN of window number `w`; every window has random numbers of its own. */
function fitRegionWindow(
  task: ImputeTask,
  region: CutRegion,
  settings: ImputeSettings,
  w: number,
  options: FitWindowOptions,
): Promise<FittedWindow> {
  const window = region.windows[w]!;
  const recipe = recipeFor(settings.recipe, window.sites.to - window.sites.from);
  return fitWindow(
    trainingWindow(task, region, window),
    { ...recipe, seed: recipe.seed * 100_003 + w },
    options,
  );
}

/**
 * What unfinished work keeps: a folder with the probabilities of finished windows. What other work left there, with another `identity`, is removed.
 *
 * @param length numbers in a window's part; one of another length is not taken
 * @throws UserError if the folder cannot be written
 */
export async function openParts(folder: string, identity: string, length: number) {
  const note = join(folder, "identity");
  if (await Deno.readTextFile(note).catch(() => undefined) !== identity) {
    await removeFolder(folder);
    await Deno.mkdir(folder, { recursive: true }).catch((error) => {
      throw new UserError(`cannot make the folder ${folder}: ${error.message}`);
    });
    await writeAtomic(note, identity);
  }
  const file = (w: number) => join(folder, `${w}.f32`);
  return {
    /** Probabilities of window `w`, [haplotypes, targets of the window], if they are there. */
    async read(w: number): Promise<Float32Array | undefined> {
      const bytes = await Deno.readFile(file(w)).catch(() => undefined);
      return bytes?.length === 4 * length ? new Float32Array(bytes.buffer) : undefined;
    },
    write: (w: number, { buffer, byteOffset, byteLength }: Float32Array): Promise<void> =>
      writeAtomic(file(w), new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)),
    remove: (): Promise<void> => removeFolder(folder),
  };
}

async function removeFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Probabilities nearer to 0 or 1 than this are taken to be this near: no model alone may be sure. */
const NEAREST = 1e-4;

const logit = (p: number): number => {
  const clamped = Math.min(1 - NEAREST, Math.max(NEAREST, p));
  return Math.log(clamped / (1 - clamped));
};

/**
 * One probability from two, by the weighted mean of their logits. SPIN and the copying model err in different places:
 * together they are better than either.
 *
 * @param weight of `a`, from 0 to 1
 */
export function combineLogits(a: Float32Array, b: Float32Array, weight: number): Float32Array {
  if (a.length !== b.length) {
    throw new RangeError(`expected as many probabilities, found ${a.length} and ${b.length}`);
  }
  return a.map((p, i) => 1 / (1 + Math.exp(-(weight * logit(p) + (1 - weight) * logit(b[i]!)))));
}
