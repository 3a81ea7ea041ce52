/** How the runs of kept records are run again. */
import type { GpKernel } from "../data/gp/mod.ts";
import type { ProcessName } from "../models/process/registry.ts";
import { findRecord, recordName, type RunIdentity, type RunRecord } from "../results/mod.ts";
import type { ProcessRecipe } from "../train/process/recipe.ts";
import { gpBeginning, gpRuns } from "./gp/gp.ts";
import { stepsOf } from "./gp/gp_scores.ts";
import { imageBeginning, imageRuns } from "./images/images.ts";
import { loadImageData } from "./images/images_data.ts";
import type { Range } from "./images/images_settings.ts";
import { executeImputation, imputationRuns } from "./imputation/imputation.ts";
import { IMPUTATION_MODELS } from "./imputation/imputation_settings.ts";
import { EXPERIMENTS } from "./jobs/registry.ts";
import { uciClassicalJobs } from "./jobs/uci_more.ts";
import { contextLikelihoods, likelihoodIdentity } from "./large_contexts/large_contexts.ts";
import { loadStreamed, longestTrained } from "./large_contexts/large_contexts_model.ts";
import type { CostModel } from "./large_contexts/process_cost_step.ts";
import { costIdentity, processCosts } from "./large_contexts/process_cost_sweep.ts";
import type { ProcessChanges } from "./process_settings.ts";
import { KEPT_WEIGHTS, LOCAL_BEGINNINGS, LOCAL_RECORDS, PROFILES } from "./profiles.ts";
import { type Outcome, recorded } from "./record.ts";
import { type Repeatable, wholeSeconds } from "./repeat_sample.ts";

/** A kept run, and how to run it or its beginning again. */
export interface Repeat extends Repeatable {
  /** Leaves a record of its own; gives undefined if it was stopped. */
  run(): Promise<RunRecord | undefined>;
}

/** A way to run something, with the identity that the code of now gives it. */
interface Way {
  identity: RunIdentity;
  seconds?: (record: RunRecord) => number;
  run: Repeat["run"];
}

/** The kept runs that the code of now can run again under the same identity, wholly or from their beginning. */
export async function repeatables(kept: readonly RunRecord[]): Promise<Repeat[]> {
  const records = new Map(kept.map((record) => [recordName(record), record]));
  const ways = [
    ...await jobWays(),
    ...await imputationWays(kept),
    ...costWays(kept),
    ...gpWays(kept),
    ...await imageWays(kept),
    ...await contextWays(kept),
  ];
  const found = ways.flatMap(({ identity, run, seconds = wholeSeconds }) => {
    const record = records.get(recordName(identity));
    return record ? [{ record, seconds: seconds(record), run }] : [];
  });
  return [...new Map(found.map((repeat) => [repeat.record, repeat])).values()];
}

/** Runs that are jobs, but for classical models: they are other people's code, and there only once it is installed. */
async function jobWays(): Promise<Way[]> {
  const jobs = await Promise.all(
    EXPERIMENTS.filter((experiment) => experiment !== uciClassicalJobs)
      .flatMap((experiment) => PROFILES.map((profile) => experiment.jobs({ profile }))),
  );
  return jobs.flat().flatMap(({ identity, needs, run }) =>
    identity && !needs ? [{ identity, run: () => run(LOCAL_RECORDS) }] : []
  );
}

const of = (kept: readonly RunRecord[], experiment: string): RunRecord[] =>
  kept.filter((record) => record.experiment === experiment && record.profile === "quick");

/** The reference's models on single windows, of which jobs have the first window and one model. */
async function imputationWays(kept: readonly RunRecord[]): Promise<Way[]> {
  const seeds = [...new Set(of(kept, "imputation").map(({ seed }) => seed))];
  const models = [...IMPUTATION_MODELS];
  const runs = await imputationRuns({ profile: "quick", windows: [0, 1, 2, 3, 4], models, seeds });
  return runs.map((run) => ({
    identity: run.identity,
    run: () => recorded(LOCAL_RECORDS, run.identity, () => executeImputation(run)),
  }));
}

/** Costs of a training step, of which jobs have the sizes and the budget of the notebook. */
function costWays(kept: readonly RunRecord[]): Way[] {
  return of(kept, "process-cost").map(({ model, seed, configuration }) => {
    const { budgetBytes, budgetSeconds, ...rest } = configuration as Record<string, number>;
    const budget = { bytes: budgetBytes!, seconds: budgetSeconds! };
    const size = rest as unknown as Parameters<typeof costIdentity>[1];
    const identity = costIdentity(model as CostModel, size, budget, seed);
    const sweep = { models: [model as CostModel], contexts: [size.context], size, budget, seed };
    return {
      identity,
      run: async () => {
        await processCosts(sweep, LOCAL_RECORDS);
        return await findRecord(LOCAL_RECORDS, identity);
      },
    };
  });
}

/** Trainings whose rate is constant: their first steps are the same, however many follow. */
const constant = (kept: readonly RunRecord[], experiment: string): RunRecord[] =>
  of(kept, experiment).filter(({ configuration }) => configuration["schedule"] === "constant");

/** What a training of a neural process was asked for, from its record. */
function wishOf({ model, seed, configuration }: RunRecord) {
  const { steps, learningRate, schedule, induce, parts } = configuration as unknown as ProcessRecipe;
  const changes: ProcessChanges = { steps, learningRate, schedule, induce: induce ?? undefined, parts };
  return { profile: "quick" as const, models: [model as ProcessName], seeds: [seed], ...changes };
}

const range = (text: string, pattern: RegExp): Range | undefined => {
  const [, least, most] = pattern.exec(text) ?? [];
  return least && most ? [Number(least), Number(most)] : undefined;
};
const contextOf = ({ data }: RunRecord) => range(data.name, /ctx-(\d+)-(\d+)/)!;
const targetOf = ({ data }: RunRecord) => range(data.name, /tar-(\d+)-(\d+)/);

/** The first look at a training. */
const firstLook = (record: RunRecord): number => stepsOf(record)[0]!;
/** Compiling left out: most of these records are of times when it took much longer. */
const untilFirstLook = (record: RunRecord): number => record.metrics[`seconds@${firstLook(record)}`]!;

function beginning(identity: RunIdentity, run: () => Promise<Outcome | undefined>): Way {
  return {
    identity,
    seconds: untilFirstLook,
    run: () => recorded(LOCAL_BEGINNINGS, identity, run),
  };
}

const gpWays = (kept: readonly RunRecord[]): Way[] =>
  constant(kept, "gp").flatMap((record) => {
    const ranges = { context: contextOf(record), target: targetOf(record)! };
    const kernels = record.configuration["kernels"] as GpKernel[];
    return gpRuns({ ...wishOf(record), least: [], ranges, kernels }).map((run) =>
      beginning(run.identity, () => gpBeginning(run, firstLook(record)))
    );
  });

async function imageWays(kept: readonly RunRecord[]): Promise<Way[]> {
  const data = await loadImageData("digits");
  return constant(kept, "images").flatMap((record) => {
    const wish = {
      ...wishOf(record),
      data: "digits",
      contexts: [contextOf(record)],
      target: targetOf(record),
    };
    return imageRuns(wish, data).map((run) =>
      beginning(run.identity, () => imageBeginning(run, data, firstLook(record)))
    );
  });
}

/** Contexts up to so many points; seconds of compiling the programs of their pieces, which records do not tell apart. */
const BEGINNING_POINTS = 2048;
const COMPILE_PIECES = 5;

/** The likelihoods of the model whose weights are kept, at its smaller contexts. */
async function contextWays(kept: readonly RunRecord[]): Promise<Way[]> {
  const path = await longestTrained([KEPT_WEIGHTS]);
  if (!path) return [];
  const model = await loadStreamed(path);
  model.dispose();
  return of(kept, "large-contexts").map(({ configuration, seed }) => {
    const { contexts, targets, functions } = configuration as { contexts: number[] } & Record<string, number>;
    const given = { contexts, targets: targets!, functions: functions!, seed };
    const identity = likelihoodIdentity(model, given);
    const few = contexts.filter((count) => count <= BEGINNING_POINTS);
    return {
      identity,
      seconds: (record) => COMPILE_PIECES + wholeSeconds(record) * few.at(-1)! / contexts.at(-1)!,
      run: () =>
        recorded(LOCAL_BEGINNINGS, identity, async () => {
          const loaded = await loadStreamed(path);
          try {
            return await contextLikelihoods(loaded, { ...given, contexts: few });
          } finally {
            loaded.dispose();
          }
        }),
    };
  });
}
