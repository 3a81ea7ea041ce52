import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { runLayer, runMab } from "./blocks.ts";
import { type GoldenCase, readCase, type Tolerance } from "./case.ts";
import { type CaseComparison, compareCase, type Produced } from "./compare.ts";
import { runGpKernel, runGpPosterior, runGpSampler } from "./gp.ts";
import { runImageTask } from "./images.ts";
import { runCellMask, runRowMask } from "./masks.ts";
import { runModel } from "./models.ts";
import { runProcessBlock } from "./process_blocks.ts";
import { runProcessCase } from "./process_models.ts";
import { runProcessTraining } from "./process_training.ts";
import { runTransformer } from "./process_transformers.ts";
import { runOptimizer, runSchedule } from "./training.ts";

type Status = "pass" | "fail" | "unsupported";

/** What came of one case. */
export interface GoldenRow extends CaseComparison {
  name: string;
  status: Status;
  tolerance: Tolerance | null;
}

interface GoldenOptions {
  /** Only cases whose name contains this. */
  only?: string;
}

/** Families of cases by the start of their names. */
const FAMILIES: [string, (golden: GoldenCase) => Promise<Produced>][] = [
  ["table_mab_", runMab],
  ["table_mhsa_", runLayer],
  ["table_bert_mask", runCellMask],
  ["table_chunk_mask", runRowMask],
  ["table_", runModel],
  ["block_", runProcessBlock],
  ["model_tnp", runTransformer],
  ["model_", runProcessCase],
  ["train_", runProcessTraining],
  ["optim_", runOptimizer],
  ["schedule_", runSchedule],
  ["image_task_", runImageTask],
  ["gp_kernel_", runGpKernel],
  ["gp_sampler_", runGpSampler],
  ["gp_posterior_", runGpPosterior],
];

/** Descriptions of the whole collection, which are not cases. */
const NOT_CASES = new Set(["index", "config_parameters"]);

/**
 * Runs the parity cases of a folder on the engine in use, one row per case as it is done. A case that cannot be read or
 * run is a failed row that says why.
 *
 * @throws UserError if the folder cannot be read or holds no case of that name
 */
export async function* runGolden(
  dir: string,
  { only = "" }: GoldenOptions = {},
): AsyncGenerator<GoldenRow> {
  const names = (await caseNames(dir)).filter((name) => name.includes(only));
  if (names.length === 0) {
    throw new UserError(
      `${dir}: expected parity cases${only && ` with "${only}" in their names`}, found none.`,
    );
  }
  for (const name of names) yield await runCase(dir, name);
}

async function caseNames(dir: string): Promise<string[]> {
  const names = new Set<string>();
  try {
    for await (const { name } of Deno.readDir(dir)) {
      const base = /^(.+)\.(?:json|safetensors)(?:\.gz)?$/.exec(name)?.[1];
      if (base && !NOT_CASES.has(base)) names.add(base);
    }
  } catch (error) {
    throw new UserError(`${dir}: expected a folder of parity cases (${(error as Error).message}).`);
  }
  return [...names].sort();
}

async function runCase(dir: string, name: string): Promise<GoldenRow> {
  const family = FAMILIES.find(([prefix]) => name.startsWith(prefix))?.[1];
  if (!family) return without(name, "unsupported", "no implementation of this family yet");
  tf.engine().startScope();
  try {
    const golden = await readCase(dir, name);
    const result = compareCase(golden, await family(golden));
    return {
      name,
      tolerance: golden.tolerance,
      status: result.problems.length === 0 ? "pass" : "fail",
      ...result,
    };
  } catch (error) {
    return without(name, "fail", (error as Error).message);
  } finally {
    tf.engine().endScope();
  }
}

const without = (name: string, status: Status, problem: string): GoldenRow => ({
  name,
  status,
  tolerance: null,
  tensors: 0,
  outputError: NaN,
  lossError: NaN,
  gradientError: NaN,
  share: NaN,
  problems: [problem],
});
