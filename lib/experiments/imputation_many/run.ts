/** One set of weights for several windows of genotypes, judged on them and on windows that it has not seen. */
import { createHash } from "node:crypto";
import { pooledR2 } from "../../baselines/genotype_r2.ts";
import {
  B1_WINDOWS,
  b1Region,
  checkAlike,
  chooseBlocks,
  type ImputationWindow,
  imputationWindow,
  spacedBlocks,
  targetBlocks,
  windowTable,
  withTrainProportion,
} from "../../data/genotypes/windows.ts";
import { recordName, spread } from "../../results/mod.ts";
import { fitMany, type FittedMany } from "../../train/table/fit_many.ts";
import { imputationR2 } from "../../train/table/imputation_r2.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import {
  configurationOf,
  type ExecuteOptions,
  type Experiment,
  once,
  type Outcome,
  type Run,
  runOf,
} from "../experiment.ts";
import { scoredRows } from "../imputation/window.ts";
import { bestMeasures, outcomeOf } from "../table_run.ts";
import { manyReport } from "./report.ts";
import {
  type ManyDetails,
  type ManySettings,
  manySettings,
  type ManyTraining,
  manyTrainings,
} from "./settings.ts";

/** Windows of one size. */
interface ManyWindows {
  seen: ImputationWindow[];
  unseen: ImputationWindow[];
}

/** Array sites of a window; which windows are drawn, the same for all seeds of the training. */
const [SITES, WINDOW_SEED] = [150, 42];

/** Least distance of unseen targets from seen ones, in targets: half the stretch that the array sites of a window cover. */
const APART = 600;

/**
 * A function that gives windows of B1's region, to train on and others; the genotypes are read once. Seen are B1's five (at
 * another size: those at their places), then blocks that the seed draws.
 *
 * @throws UserError for more windows than there are
 */
function manyWindows({ seen, unseen }: ManySettings): (size: number) => Promise<ManyWindows> {
  const region = once(b1Region);
  return async (size) => {
    const { genotypes, sites, split } = await region();
    const blocks = targetBlocks(sites.targets, size).length;
    const chosen = chooseBlocks({
      blocks,
      seen,
      unseen,
      always: spacedBlocks(blocks, B1_WINDOWS).slice(0, seen),
      apart: Math.ceil(APART / size),
      seed: WINDOW_SEED,
    });
    const make = (block: number) =>
      imputationWindow(genotypes, sites, split, { size, nClosest: SITES, block, name: `block ${block}` });
    const windows = { seen: chosen.seen.map(make), unseen: chosen.unseen.map(make) };
    checkAlike([...windows.seen, ...windows.unseen]);
    return windows;
  };
}

function digest({ seen, unseen }: ManyWindows): string {
  const hash = createHash("sha256");
  for (const { inputs, targets } of [...seen, ...unseen]) hash.update(inputs).update(targets);
  return hash.digest("hex");
}

/** R² of predicting for every test haplotype how frequent the alleles are in the train rows of the window. */
export function frequencyR2(window: ImputationWindow): number {
  const { targets, targetVariants: { length }, fold: { train, test } } = window;
  const shares = new Float64Array(length);
  for (const row of train) {
    for (let t = 0; t < length; t++) shares[t]! += targets[row * length + t]! / train.length;
  }
  const predicted = Float64Array.from({ length: test.length * length }, (_, i) => shares[i % length]!);
  return pooledR2(scoredRows(window, test, predicted));
}

/** What a run differs in, for its id: "windows-200", "masking-cells", "haplotypes-0.05". */
const differenceOf = ({ block, size, proportion, recipe }: ManyTraining): string =>
  `${block}-${
    { windows: size, masking: recipe.chunkMask ? "rows" : "cells", haplotypes: proportion }[block]
  }`;

/** Seeds, then trainings. Blocks share runs: those with whole rows masked are the ones with many windows. */
async function runs(settings: ManySettings): Promise<Run<ManyDetails>[]> {
  const { profile, seeds, seen, unseen } = settings;
  const windowsOf = manyWindows(settings);
  const made = new Map<string, Run<ManyDetails>>();
  for (const seed of seeds) {
    for (const training of manyTrainings(settings, seed)) {
      const { model, size, proportion, recipe } = training;
      const windows = trainShare(await windowsOf(size), proportion, seed);
      const [first] = windows.seen;
      const run = runOf({
        experiment: "imputation-many",
        words: [differenceOf(training), model, `seed${seed}`],
        profile,
        data: `${size} targets, ${proportion} of the samples`,
        model,
        of: { name: `b1-${seen}+${unseen}-windows-${size}`, sha256: digest(windows) },
        seed,
        configuration: configurationOf(recipe, { size, proportion }),
        steps: recipe.steps,
        program: {
          kind: "table",
          recipe,
          read: () => Promise.resolve({ table: windowTable(first!), fold: first!.fold }),
        },
        execute: (options) => execute(recipe, windows, options),
      });
      const name = recordName(run.identity);
      if (!made.has(name)) made.set(name, run);
    }
  }
  return [...made.values()];
}

/** The windows with a share of their train samples. */
function trainShare({ seen, unseen }: ManyWindows, proportion: number, seed: number): ManyWindows {
  const part = (window: ImputationWindow): ImputationWindow => ({
    ...window,
    fold: withTrainProportion(window.fold, { proportion, mode: "clean", seed }),
  });
  return { seen: seen.map(part), unseen: unseen.map(part) };
}

/** Trains on the seen windows; test rows of all are predicted once, at the end. */
async function execute(
  recipe: Recipe,
  { seen, unseen }: ManyWindows,
  options: ExecuteOptions,
): Promise<Outcome<ManyDetails> | undefined> {
  const fitted = await fitMany(
    seen.map((w) => windowTable(w)),
    seen.map(({ fold }) => fold),
    recipe,
    options,
  );
  return await outcomeOf(fitted, async () => {
    const details = { seen: await testedWindows(fitted, seen), unseen: await testedWindows(fitted, unseen) };
    const metrics = { ...means("seen", details.seen), ...means("unseen", details.unseen) };
    const validationR2 = fitted.best.imputationR2 ?? null;
    return { metrics: { ...metrics, validationR2, ...bestMeasures(fitted) }, details };
  });
}

async function testedWindows(
  fitted: FittedMany,
  windows: readonly ImputationWindow[],
): Promise<ManyDetails["seen"]> {
  const tested: ManyDetails["seen"] = [];
  for (const window of windows) {
    const table = windowTable(window);
    const { test } = window.fold;
    const outputs = await fitted.predict(table, window.fold, test);
    const r2 = imputationR2(table, test, outputs);
    tested.push({ name: window.name, r2, frequency: frequencyR2(window) });
  }
  return tested;
}

const means = (part: string, windows: ManyDetails["seen"]): Record<string, number> =>
  windows.length === 0 ? {} : {
    [`${part} r2`]: spread(windows.map(({ r2 }) => r2)).mean,
    [`${part} frequency`]: spread(windows.map(({ frequency }) => frequency)).mean,
  };

export const imputationMany: Experiment<ManySettings, ManyDetails> = {
  name: "imputation-many",
  notebook: "08_genotype_meta_learning",
  settings: manySettings,
  runs,
  report: manyReport,
  changesOf: ({ model, seed, steps, details, configuration }) => ({
    blocks: ["windows", "masking", "haplotypes"],
    models: [model],
    sizes: [configuration["size"] as number],
    proportions: [configuration["proportion"] as number],
    seen: details.seen.length,
    unseen: details.unseen.length,
    seeds: [seed],
    steps,
  }),
};
