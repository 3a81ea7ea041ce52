/** Others' programs on the windows of B1: Beagle, and classical models. */
import { join } from "node:path";
import { writePhasedVcf } from "../../baselines/beagle.ts";
import {
  baselineGrid,
  baselineInstalled,
  findBeagle,
  fitBaseline,
  plinkMap,
  readBeagle,
  runBeagle,
} from "../../baselines/mod.ts";
import {
  b1Samples,
  genotypePath,
  readGeneticMap,
  selectSamples,
  selectVariants,
  variantKey,
} from "../../data/genotypes/mod.ts";
import { alleleRows, type ImputationWindow } from "../../data/genotypes/windows.ts";
import { UserError } from "../../errors.ts";
import { taskCommand } from "../../paths.ts";
import { asJson, once, type Run, untrained } from "../experiment.ts";
import { rowsByKey } from "./cohort.ts";
import { type HaplotypeData, haplotypeData } from "./haplotypes.ts";
import { CLASSICAL_MODELS, type ImputationSettings } from "./settings.ts";
import { type ImputationDetails, imputationScores, scoredRows, windowRun } from "./window.ts";

/** The runs that are asked for: of Beagle by windows, of classical models by seeds, then windows, then models. */
export async function classicalImputationRuns(
  settings: ImputationSettings,
  windows: readonly ImputationWindow[],
): Promise<Run<ImputationDetails>[]> {
  return [
    ...settings.classical.includes("beagle") ? await beagleRuns(windows) : [],
    ...await modelRuns(settings, windows),
  ];
}

const BEAGLE = { threads: 1, seed: 42 };

/**
 * Beagle itself: the train samples as reference, the test samples at the array's sites, phased, with the genetic map. One run of the
 * program for all windows; it is the same in all profiles.
 */
async function beagleRuns(windows: readonly ImputationWindow[]): Promise<Run<ImputationDetails>[]> {
  const beagle = await findBeagle();
  const data = once(haplotypeData);
  const imputed = once(async () => await impute(await data()));
  return windows.map((window) => {
    const configuration = { ...BEAGLE, version: beagle.found ? beagle.version : "unknown" };
    const run = windowRun(
      window,
      { profile: "quick", model: "beagle-run", seed: BEAGLE.seed, configuration },
      {
        steps: 0,
        external: true,
        async execute() {
          const { probability, rowOf, seconds } = await imputed();
          const predicted = predictedOf(await data(), window, probability, rowOf);
          return {
            ...imputationScores(scoredRows(window, window.fold.test, predicted), window),
            ...untrained({ evaluate: seconds }),
          };
        },
      },
    );
    if (beagle.found) return run;
    return {
      ...run,
      identity: undefined,
      identify: () => Promise.reject(new UserError(beagle.how)),
      needs: `Beagle (${beagle.how})`,
    };
  });
}

interface Imputed {
  /** [variants, 2·test samples] of the file. */
  probability: Float32Array;
  rowOf: Map<string, number>;
  seconds: number;
}

async function impute({ genotypes, sites }: HaplotypeData): Promise<Imputed> {
  const split = await b1Samples();
  const folder = await Deno.makeTempDir();
  try {
    const [reference, targets] = [join(folder, "reference.vcf"), join(folder, "targets.vcf")];
    const kept = Int32Array.from([...sites.inputs, ...sites.targets]).sort();
    await writePhasedVcf(selectSamples(selectVariants(genotypes, kept), split.train), reference);
    await writePhasedVcf(selectSamples(selectVariants(genotypes, sites.inputs), split.test), targets);
    const distances = await readGeneticMap(await genotypePath("map"), genotypes.contig);
    const map = await plinkMap(distances, join(folder, "map.txt"), genotypes.contig);
    const run = await runBeagle({ reference, targets, map, out: join(folder, "imputed"), ...BEAGLE });
    const output = await readBeagle(run.vcf);
    return { probability: output.probability, rowOf: rowsByKey(output), seconds: run.seconds };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Probabilities of a window's targets, rows as the window's test rows: first haplotypes, then second ones. */
function predictedOf(
  { genotypes }: HaplotypeData,
  { targetVariants, fold }: ImputationWindow,
  probability: Float32Array,
  rowOf: Map<string, number>,
): Float32Array {
  const rows = fold.test.length;
  const samples = rows / 2;
  const out = new Float32Array(rows * targetVariants.length);
  targetVariants.forEach((variant, t) => {
    const from = rows * rowOf.get(variantKey(genotypes.variants, variant))!;
    for (let s = 0; s < samples; s++) {
      for (const h of [0, 1]) {
        out[(h * samples + s) * targetVariants.length + t] = probability[from + 2 * s + h]!;
      }
    }
  });
  return out;
}

/** A model for each target (the MLP has an output for each), settings chosen by R² on the validation haplotypes. */
async function modelRuns(
  { profile, classical, seeds }: ImputationSettings,
  windows: readonly ImputationWindow[],
): Promise<Run<ImputationDetails>[]> {
  const needs = await baselineInstalled() ? undefined : taskCommand("setup --baselines");
  const models = CLASSICAL_MODELS.filter((model) => classical.includes(model));
  return seeds.flatMap((seed) =>
    windows.flatMap((window) =>
      models.map((model) => {
        const grid = baselineGrid(model, "imputation", profile, "binary");
        const configuration = asJson({ grid });
        return windowRun(window, { profile, model: `${model}-run`, seed, configuration }, {
          steps: 0,
          external: true,
          needs,
          async execute() {
            const { inputs, targets, inputVariants, targetVariants, fold } = window;
            const part = (rows: Int32Array) => ({
              x: alleleRows(inputs, inputVariants.length, rows),
              y: alleleRows(targets, targetVariants.length, rows),
            });
            const result = await fitBaseline({
              model,
              grid,
              columns: inputVariants.length,
              train: part(fold.train),
              validation: part(fold.val),
              test: part(fold.test),
              task: { kind: "binary", targets: targetVariants.length },
              criterion: "r2",
              seed,
              threads: navigator.hardwareConcurrency,
            });
            const { metrics, details } = imputationScores(scoredRows(window, fold.test, result.test), window);
            return {
              metrics: { ...metrics, validationR2: result.score === null ? null : -result.score },
              details,
              ...untrained({ train: result.totalSeconds, evaluate: result.predictSeconds }),
            };
          },
        });
      })
    )
  );
}
