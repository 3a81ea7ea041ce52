import { firstAtLeast, type ImputedBatch, sliceVariants, variantCount } from "../data/genotypes/mod.ts";
import { Stopped, stopRequested } from "../progress/mod.ts";
import {
  type FittedWindow,
  type HaplotypeWindow,
  type WindowTrainer,
  windowTrainer,
} from "../train/haplotype/fit.ts";
import { copyingDosages } from "./copying/dosages.ts";
import {
  columnsOf,
  type CutRegion,
  cutRegion,
  type ImputeTask,
  panelAt,
  programSizes,
  type RegionWindow,
  withWidth,
} from "./region.ts";
import { type ImputeSettings, recipeFor } from "./settings.ts";

interface ImputeOptions {
  settings: ImputeSettings;
  /** Where finished windows are kept, for work that is stopped and goes on later. */
  parts?: {
    read(w: number): Promise<Float32Array | undefined>;
    write(w: number, probabilities: Float32Array): Promise<void>;
  };
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
 * @returns batches of all variants asked for in their order
 * @throws Stopped if it was stopped; what is done of it is among `parts`
 */
export async function* imputeRegion(task: ImputeTask, options: ImputeOptions): AsyncGenerator<ImputedBatch> {
  const region = cutRegion(task, options.settings);
  const { windows, targets } = region;
  const inside = task.inside ?? { from: 0, to: variantCount(task.reference) };
  let from = inside.from;
  for await (const { w, probabilities } of imputedWindows(task, region, options)) {
    const last = w === windows.length - 1;
    const to = last ? inside.to : targets[windows[w]!.targets.to - 1]! + 1;
    yield batchOf(task, region, w, probabilities, from, to);
    from = to;
  }
  if (windows.length === 0) {
    yield batchOf(task, region, -1, new Float32Array(0), inside.from, inside.to);
  }
}

/** Probabilities [haplotypes, targets of the window] of every window in order. */
async function* imputedWindows(
  task: ImputeTask,
  region: CutRegion,
  options: ImputeOptions,
): AsyncGenerator<{ w: number; probabilities: Float32Array }> {
  const { settings, parts, onProgress, signal } = options;
  const { windows } = region;
  const trained = options.spin ? undefined : trainedWindows(task, region, options);
  const spin = options.spin ?? trained!.answer;
  const rows = task.known.length / task.typed.length;
  const size = windows.length === 0 ? 1 : windows[0]!.targets.to - windows[0]!.targets.from;
  const bytes = Math.max(4 * rows, 2 * task.reference.samples.length);
  const stretch = Math.max(1, Math.floor(MOST / (bytes * size)));
  let copied: { first: number; from: number; width: number; values: Float32Array } | undefined;
  try {
    for (let w = 0; w < windows.length; w++) {
      let probabilities = await parts?.read(w);
      if (!probabilities) {
        if (!copied || w >= copied.first + stretch) {
          // Stretches begin at the same windows wherever the work goes on: their ends matter in the last bits.
          const first = w - w % stretch;
          const { from } = windows[first]!.targets;
          const { to } = windows[Math.min(windows.length, first + stretch) - 1]!.targets;
          const values = await copyingOf(task, region, settings, from, to);
          copied = { first, from, width: to - from, values };
        }
        if (stopRequested(signal)) throw new Stopped();
        const { from, to } = windows[w]!.targets;
        const theirs = columnsOf(copied.values, copied.width, from - copied.from, to - copied.from);
        if (settings.weight === 0) probabilities = theirs;
        else {
          const own = await spin(w);
          if (stopRequested(signal)) throw new Stopped();
          probabilities = combineLogits(own, theirs, settings.weight);
        }
        await parts?.write(w, probabilities);
      }
      onProgress?.(w + 1, windows.length);
      yield { w, probabilities };
    }
  } finally {
    trained?.dispose();
  }
}

/** Windows that are trained when they are asked for: one trainer for those of one size. */
function trainedWindows(
  task: ImputeTask,
  region: CutRegion,
  { settings, onTrained, onProgress, signal }: ImputeOptions,
) {
  const trainers = new Map<string, WindowTrainer>();
  const trainerOf = (sizes: { sites: number; targets: number }): WindowTrainer => {
    const key = `${sizes.sites} ${sizes.targets}`;
    const trainer = trainers.get(key) ?? windowTrainer(sizes, recipeFor(settings.recipe, sizes.sites));
    trainers.set(key, trainer);
    return trainer;
  };
  return {
    /** Probabilities [haplotypes, targets] of window `w`, which has random numbers of its own. */
    async answer(w: number): Promise<Float32Array> {
      const window = region.windows[w]!;
      const sizes = programSizes(window, settings.windows);
      const { steps, seed } = settings.recipe;
      const fitted = await trainerOf(sizes).fit(
        trainingWindow(task, region, window, sizes),
        seed * 100_003 + w,
        { onStep: (step) => onProgress?.(w + step / steps, region.windows.length), signal },
      );
      try {
        if (fitted.stopped) throw new Stopped();
        await onTrained?.(w, fitted);
        const { from, to } = window.sites;
        const known = columnsOf(task.known, task.typed.length, from, to);
        const queries = withWidth(known, to - from, sizes.sites);
        const answers = await fitted.predict(queries);
        return withWidth(answers, sizes.targets, window.targets.to - window.targets.from);
      } finally {
        fitted.dispose();
      }
    },
    dispose: () => trainers.forEach((trainer) => trainer.dispose()),
  };
}

/** The variants `from` to `to` of the reference with what is known of them: typed, imputed or without variation. */
function batchOf(
  { reference, typed, known, filled, haploid, typedR2 }: ImputeTask,
  { windows, targets, fixed }: CutRegion,
  w: number,
  probabilities: Float32Array,
  from: number,
  to: number,
): ImputedBatch {
  const rows = known.length / typed.length;
  const count = to - from;
  const columns = rows === 0 ? 0 : probabilities.length / rows;
  const target = w < 0 ? 0 : windows[w]!.targets.from;
  const out = new Float32Array(count * rows);
  const isTyped = new Uint8Array(count);
  const r2 = typedR2 && new Float32Array(count).fill(NaN);
  let [t, s] = [firstAtLeast(targets, from), firstAtLeast(typed, from)];
  for (let i = 0; i < count; i++) {
    const row = out.subarray(i * rows, (i + 1) * rows);
    if (typed[s] === from + i) {
      isTyped[i] = 1;
      if (r2) r2[i] = typedR2[s]!;
      for (let q = 0; q < rows; q++) {
        const at = q * typed.length + s;
        row[q] = filled?.open[at] ? filled.probabilities[at]! : known[at]!;
      }
      s++;
    } else if (targets[t] === from + i) {
      for (let q = 0; q < rows; q++) row[q] = probabilities[q * columns + t - target]!;
      t++;
    } else row.fill(fixed[from + i]!);
  }
  return {
    ...sliceVariants(reference.variants, from, to),
    probabilities: out,
    typed: isTyped,
    ...(r2 ? { typedR2: r2 } : {}),
    ...(haploid ? { haploid: ploidyOf(haploid, reference.variants.position, typed, from, to) } : {}),
  };
}

/** [variants, samples]: whether a sample has one haplotype at variants `from` to `to`, as at the nearest genotyped one. */
function ploidyOf(
  haploid: Uint8Array,
  position: Int32Array,
  typed: Int32Array,
  from: number,
  to: number,
): Uint8Array {
  const samples = haploid.length / typed.length;
  const sites = typed.map((i) => position[i]!);
  const out = new Uint8Array((to - from) * samples);
  for (let i = from; i < to; i++) {
    const after = Math.min(firstAtLeast(sites, position[i]!), typed.length - 1);
    const before = Math.max(0, after - 1);
    const nearest = position[i]! - sites[before]! < sites[after]! - position[i]! ? before : after;
    for (let s = 0; s < samples; s++) out[(i - from) * samples + s] = haploid[s * typed.length + nearest]!;
  }
  return out;
}

/** Known sites on either side of a stretch of targets that the copying model reads beyond it. */
const FLANK = 400;

/** Probabilities [haplotypes, to - from] of a stretch of targets by the copying model. */
async function copyingOf(
  { reference, typed, known, filled }: ImputeTask,
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
  // What was filled in says nothing here: this model can do without an allele.
  const given = filled ? known.map((allele, at) => filled.open[at] ? 255 : allele) : known;
  return await copyingDosages({
    reference: panelAt(reference, there),
    query: columnsOf(given, typed.length, first, last),
    ...(filled?.evidence ? { evidence: columnsOf(filled.evidence, typed.length, first, last) } : {}),
    centimorgans: Float64Array.from(there, (i) => centimorgans[i]!),
    targets: {
      alleles: panelAt(reference, wanted),
      centimorgans: Float64Array.from(wanted, (i) => centimorgans[i]!),
    },
  }, { ne, mismatch });
}

/** A window filled up to the sizes of its program: with sites where all have REF, and its targets again. */
function trainingWindow(
  { reference, typed }: ImputeTask,
  { targets, centimorgans }: CutRegion,
  window: RegionWindow,
  sizes: { sites: number; targets: number },
): HaplotypeWindow {
  const sites = typed.subarray(window.sites.from, window.sites.to);
  const wanted = targets.subarray(window.targets.from, window.targets.to);
  const places = Int32Array.from([...sites, ...wanted]).sort();
  const placeOf = new Map(Array.from(places, (variant, place) => [variant, place]));
  const width = sizes.sites + sizes.targets;
  return {
    panel: withWidth(panelAt(reference, places), places.length, width),
    centimorgans: Float64Array.from({ length: width }, (_, i) => centimorgans[places[i] ?? places.at(-1)!]!),
    sites: Int32Array.from({ length: sizes.sites }, (_, i) => placeOf.get(sites[i]!) ?? places.length),
    targets: Int32Array.from({ length: sizes.targets }, (_, i) => placeOf.get(wanted[i % wanted.length]!)!),
  };
}

/** Probabilities nearer to 0 or 1 than this are taken to be this near: no model alone may be sure. */
const NEAREST = 1e-4;

const logit = (p: number): number => {
  const clamped = Math.min(1 - NEAREST, Math.max(NEAREST, p));
  return Math.log(clamped / (1 - clamped));
};

/**
 * One probability from two, by the weighted mean of their logits. SPIN and the copying model err in different places:
 * together they are better than either. Where `a` is NaN, it is `b` alone.
 *
 * @param weight of `a`, from 0 to 1
 */
export function combineLogits(a: Float32Array, b: Float32Array, weight: number): Float32Array {
  if (a.length !== b.length) {
    throw new RangeError(`expected as many probabilities, found ${a.length} and ${b.length}`);
  }
  return a.map((p, i) =>
    Number.isNaN(p) ? b[i]! : 1 / (1 + Math.exp(-(weight * logit(p) + (1 - weight) * logit(b[i]!))))
  );
}
