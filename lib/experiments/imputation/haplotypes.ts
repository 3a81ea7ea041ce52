/** The workspace's own models of haplotypes on the windows of B1, beside the reference's. */
import { pooledR2 } from "../../baselines/genotype_r2.ts";
import {
  type GeneticMap,
  genotypePath,
  type Genotypes,
  haplotypes,
  readGeneticMap,
} from "../../data/genotypes/mod.ts";
import {
  alleleRows,
  b1Region,
  type HaplotypeRows,
  haplotypeRows,
  type ImputationSites,
  type ImputationWindow,
} from "../../data/genotypes/windows.ts";
import { copyingDosages } from "../../imputation/copying/dosages.ts";
import { combineLogits } from "../../imputation/impute.ts";
import { fitWindow, type HaplotypeWindow } from "../../train/haplotype/fit.ts";
import { asJson, type ExecuteOptions, once, type Outcome, type Run } from "../experiment.ts";
import {
  HAPLOTYPE_MODELS,
  type HaplotypeSettings,
  haplotypeSettings,
  type ImputationSettings,
} from "./settings.ts";
import { type ImputationDetails, imputationScores, scoredRows, windowRun } from "./window.ts";

/** Benchmark B1 as haplotypes with places in centimorgans. */
export interface HaplotypeData {
  genotypes: Genotypes;
  map: GeneticMap;
  sites: ImputationSites;
  rows: HaplotypeRows;
}

export async function haplotypeData(): Promise<HaplotypeData> {
  const { split, genotypes, sites } = await b1Region();
  const map = await readGeneticMap(await genotypePath("map"), genotypes.contig);
  return { genotypes, map, sites, rows: haplotypeRows(genotypes.samples, split) };
}

const pick = (rows: Int32Array, part: Int32Array): Int32Array => part.map((row) => rows[row]!);

/** A window as SPIN is trained on it: the train haplotypes at its sites and targets, in order of position. */
function mosaicWindow(
  { genotypes, map, rows }: HaplotypeData,
  { inputVariants, targetVariants, fold }: ImputationWindow,
): HaplotypeWindow {
  const places = Int32Array.from([...inputVariants, ...targetVariants]).sort();
  const placeOf = new Map(Array.from(places, (variant, place) => [variant, place]));
  const { position } = genotypes.variants;
  return {
    panel: haplotypes(genotypes, places, pick(rows.haplotypes, fold.train)),
    centimorgans: Float64Array.from(places, (v) => map.centimorgans(position[v]!)),
    sites: inputVariants.map((v) => placeOf.get(v)!),
    targets: targetVariants.map((v) => placeOf.get(v)!),
  };
}

/** Probabilities of a window's targets by the copying model, which reads all array sites of the region, [rows, targets]. */
function copiedTargets(
  { genotypes, map, rows, sites }: HaplotypeData,
  { targetVariants, fold }: ImputationWindow,
  part: Int32Array,
  options: { ne: number; mismatch: number },
): Promise<Float32Array> {
  const { position } = genotypes.variants;
  const places = (variants: Int32Array) => Float64Array.from(variants, (v) => map.centimorgans(position[v]!));
  const train = pick(rows.haplotypes, fold.train);
  return copyingDosages({
    reference: haplotypes(genotypes, sites.inputs, train),
    query: haplotypes(genotypes, sites.inputs, pick(rows.haplotypes, part)),
    centimorgans: places(sites.inputs),
    targets: {
      alleles: haplotypes(genotypes, targetVariants, train),
      centimorgans: places(targetVariants),
    },
  }, options);
}

/** Probabilities of the validation and of the test rows, [rows, targets]. */
interface Answers {
  validation: Float32Array;
  test: Float32Array;
}

interface CopiedAnswers extends Answers {
  seconds: number;
}

interface SpinAnswers extends Answers {
  seconds: { compile: number; train: number };
  parameters: number;
}

/** A function whose result is made once for all who ask, unless it was stopped. */
function shared<T>(
  make: (options: ExecuteOptions) => Promise<T | undefined>,
): (options: ExecuteOptions) => Promise<T | undefined> {
  let made: Promise<T | undefined> | undefined;
  return async (options) => {
    const result = await (made ??= make(options));
    if (!result) made = undefined;
    return result;
  };
}

/** Windows, then seeds, then models; what several of them need of a window and a seed is computed once. */
export function haplotypeRuns(
  settings: ImputationSettings,
  windows: readonly ImputationWindow[],
): Run<ImputationDetails>[] {
  const { profile, seeds } = settings;
  const models = HAPLOTYPE_MODELS.filter((model) => settings.models.includes(model));
  const data = once(haplotypeData);
  const chosen = haplotypeSettings(settings);
  const { spin, copying, weight } = chosen;
  const parts = { "spin-mosaics": { spin }, copying: { copying }, "spin-copying": { spin, copying, weight } };
  return windows.flatMap((window) => {
    const copied = once(async () => await copiedAnswers(await data(), window, chosen));
    return seeds.flatMap((seed, i) => {
      const trained = shared(async (options) =>
        await spinAnswers(await data(), window, chosen, seed, options)
      );
      return models.filter((model) => i === 0 || model !== "copying").map((model) => {
        const copies = model === "copying";
        const identity = { profile, model, seed: copies ? 0 : seed, configuration: asJson(parts[model]) };
        return windowRun(window, identity, {
          steps: copies ? 0 : spin.steps,
          execute: async (options) => {
            const theirs = model === "spin-mosaics" ? undefined : await copied();
            const ours = copies ? undefined : await trained(options);
            return ours || copies ? outcomeOf(window, chosen, ours, theirs) : undefined;
          },
        });
      });
    });
  });
}

async function copiedAnswers(
  data: HaplotypeData,
  window: ImputationWindow,
  { copying }: HaplotypeSettings,
): Promise<CopiedAnswers> {
  const start = performance.now();
  const validation = await copiedTargets(data, window, window.fold.val, copying);
  const test = await copiedTargets(data, window, window.fold.test, copying);
  return { validation, test, seconds: (performance.now() - start) / 1000 };
}

async function spinAnswers(
  data: HaplotypeData,
  window: ImputationWindow,
  { spin }: HaplotypeSettings,
  seed: number,
  options: ExecuteOptions,
): Promise<SpinAnswers | undefined> {
  const fitted = await fitWindow(mosaicWindow(data, window), { ...spin, seed }, options);
  try {
    if (fitted.stopped) return undefined;
    const predict = (rows: Int32Array) =>
      fitted.predict(alleleRows(window.inputs, window.inputVariants.length, rows));
    return {
      validation: await predict(window.fold.val),
      test: await predict(window.fold.test),
      seconds: { compile: fitted.seconds.compile, train: fitted.seconds.train },
      parameters: fitted.model.parameters.reduce((sum, { count }) => sum + count, 0),
    };
  } finally {
    fitted.dispose();
  }
}

function outcomeOf(
  window: ImputationWindow,
  { spin: { steps }, weight }: HaplotypeSettings,
  spin: SpinAnswers | undefined,
  copying: CopiedAnswers | undefined,
): Outcome<ImputationDetails> {
  const answer = (part: keyof Answers) =>
    spin && copying ? combineLogits(spin[part], copying[part], weight) : (spin ?? copying)![part];
  const { val, test } = window.fold;
  const { metrics, details } = imputationScores(scoredRows(window, test, answer("test")), window);
  return {
    metrics: { ...metrics, validationR2: pooledR2(scoredRows(window, val, answer("validation"))) },
    details,
    seconds: { compile: 0, train: 0, ...spin?.seconds, evaluate: copying?.seconds ?? 0 },
    steps: spin ? steps : 0,
    parameters: spin?.parameters ?? 0,
    compiledBytes: null,
  };
}
