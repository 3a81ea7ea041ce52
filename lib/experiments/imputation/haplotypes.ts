import { createHash } from "node:crypto";
import { pooledR2, type Scored } from "../../baselines/genotype_r2.ts";
import { alleleRows, type ImputationWindow } from "../../data/genotypes/windows_data.ts";
import { compileTime } from "../../engine/mod.ts";
import { combineLogits } from "../../imputation/impute.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { fitWindow } from "../../train/haplotype/fit.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { type Outcome, recorded } from "../record.ts";
import { copiedTargets, type HaplotypeData, haplotypeData, mosaicWindow } from "./haplotypes_data.ts";
import { type HaplotypeModel, type HaplotypeSettings, haplotypeSettings } from "./haplotypes_settings.ts";
import { imputationScores } from "./imputation_scores.ts";

/** The workspace's own models of haplotypes on the windows of B1, beside the reference's. */
export interface HaplotypesConfig {
  profile: Profile;
  windows: number[];
  models: HaplotypeModel[];
  seeds: number[];
  /** Training steps instead of the profile's; 0 keeps those. */
  steps?: number;
  records?: string;
}

/** Probabilities of the validation and of the test rows, [rows, targets]. */
interface Answers {
  validation: Float32Array;
  test: Float32Array;
}

interface SpinAnswers extends Answers {
  seconds: { compile: number; train: number };
  parameters: number;
}

/**
 * Runs what has no record yet. What several models need of a window is computed once; test rows are predicted once, at the end.
 * The records belong to the experiment "imputation", so its tables show them.
 *
 * @returns the records of all runs, fewer after a stop request
 * @throws UserError for a window that there is not
 */
export async function runHaplotypes(config: HaplotypesConfig): Promise<RunRecord[]> {
  const { profile, models, seeds, records: folder = LOCAL_RECORDS, steps } = config;
  const data = await haplotypeData(config.windows);
  const settings = haplotypeSettings(profile, steps);
  const bar = progress(data.windows.length * seeds.length * models.length, {
    label: `haplotypes, ${profile}`,
  });
  const records: RunRecord[] = [];
  for (const window of data.windows) {
    const copying = once(() => copiedAnswers(data, window, settings));
    for (const seed of seeds) {
      const spin = once(() => spinAnswers(data, window, settings, seed));
      for (const model of models) {
        if (stopRequested()) return records;
        const identity = haplotypeIdentity(window, model, settings, profile, seed);
        const record = await recorded(
          folder,
          identity,
          () => execute(window, model, settings, { spin, copying }),
        );
        if (!record) return records;
        records.push(record);
        bar.update(
          records.length,
          `${window.name} seed ${seed} ${model} R² ${record.metrics["r2"]?.toFixed(4)}`,
        );
      }
    }
  }
  await bar.done();
  return records;
}

/** What the record of a model on a window is known by; the copying model has no seed. */
export function haplotypeIdentity(
  window: ImputationWindow,
  model: HaplotypeModel,
  settings: HaplotypeSettings,
  profile: Profile,
  seed: number,
): RunIdentity {
  const sha256 = createHash("sha256").update(window.inputs).update(window.targets).digest("hex");
  const { spin, copying, weight } = settings;
  const parts = model === "copying"
    ? { copying }
    : model === "spin-mosaics"
    ? { spin }
    : { spin, copying, weight };
  return {
    experiment: "imputation",
    profile,
    model,
    data: { name: window.name, sha256 },
    fold: null,
    seed: model === "copying" ? 0 : seed,
    configuration: { ...parts, size: window.targetVariants.length, proportion: 1 } as unknown as Record<
      string,
      Json
    >,
  };
}

/** A function that is called once, however often its result is asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

async function copiedAnswers(
  data: HaplotypeData,
  window: ImputationWindow,
  { copying }: HaplotypeSettings,
): Promise<Answers & { seconds: number }> {
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
): Promise<SpinAnswers | undefined> {
  const before = compileTime().milliseconds;
  const fitted = await fitWindow(mosaicWindow(data, window), { ...spin, seed });
  try {
    if (fitted.stopped) return undefined;
    const compile = (compileTime().milliseconds - before) / 1000;
    return {
      validation: await fitted.predict(
        alleleRows(window.inputs, window.inputVariants.length, window.fold.val),
      ),
      test: await fitted.predict(alleleRows(window.inputs, window.inputVariants.length, window.fold.test)),
      seconds: { compile, train: fitted.seconds - compile },
      parameters: fitted.model.parameters.reduce((sum, { count }) => sum + count, 0),
    };
  } finally {
    fitted.dispose();
  }
}

async function execute(
  window: ImputationWindow,
  model: HaplotypeModel,
  { spin: { steps }, weight }: HaplotypeSettings,
  parts: {
    spin: () => Promise<SpinAnswers | undefined>;
    copying: () => Promise<Answers & { seconds: number }>;
  },
): Promise<Outcome | undefined> {
  const copying = model === "spin-mosaics" ? undefined : await parts.copying();
  const spin = model === "copying" ? undefined : await parts.spin();
  if (model !== "copying" && !spin) return undefined;
  const answer = (part: keyof Answers) =>
    spin && copying ? combineLogits(spin[part], copying[part], weight) : (spin ?? copying)![part];
  const scored = (part: keyof Answers, rows: Int32Array): Scored => ({
    predicted: answer(part),
    truth: alleleRows(window.targets, window.targetVariants.length, rows),
    targets: window.targetVariants.length,
  });
  return {
    metrics: {
      ...imputationScores(scored("test", window.fold.test), window),
      validationR2: pooledR2(scored("validation", window.fold.val)),
    },
    seconds: { compile: 0, train: 0, ...spin?.seconds, evaluate: copying?.seconds ?? 0 },
    steps: spin ? steps : 0,
    parameters: spin?.parameters ?? 0,
    compiledBytes: null,
  };
}
