import {
  type EvaluationSet,
  evaluationSet,
  type EvaluationSpec,
  type GpKernel,
  gpSource,
} from "../../data/gp/mod.ts";
import { checkRanges, type CountRanges } from "../../data/task_source.ts";
import { UserError } from "../../errors.ts";
import { type Progress, progress, stopRequested } from "../../progress/mod.ts";
import { gpEvaluation } from "../../train/process/evaluation_tasks.ts";
import type { Experiment, Run } from "../experiment.ts";
import { changesOfTraining, type ProcessDetails, processNameOf, trainingRun } from "../process_run.ts";
import { generatedData } from "../run.ts";
import { gpReport } from "./report.ts";
import { GP_PROFILES, gpRecipe, type GpSettings, gpSettings, rangesOf } from "./settings.ts";

/** Every model is tested on the same tasks, whatever its own seed is. */
const EVALUATION_SEED = 0;

/** Ranges, then seeds, then models. @throws UserError for ranges that are none */
function runs(settings: GpSettings): Run<ProcessDetails>[] {
  const { profile, models, seeds, kernels } = settings;
  const own = GP_PROFILES[profile];
  const { batch, finalBatches, curveBatches } = own;
  return rangesOf(settings).flatMap((ranges) => {
    checkRanges(ranges);
    return seeds.flatMap((seed) =>
      models.map((model) => {
        const recipe = gpRecipe(processNameOf(model), ranges, profile, seed, settings);
        const tested = (kernel: GpKernel, batches: number) => async () => {
          const spec = { kernel, batch, ...ranges, seed: EVALUATION_SEED, batches };
          return gpEvaluation(await preparedSet(spec), recipe.parts);
        };
        return trainingRun({
          experiment: "gp",
          profile,
          word: `ctx${ranges.context[0]}`,
          words: `rbf, context ${ranges.context.join(" to ")}`,
          data: generatedData(dataName(ranges)),
          model,
          recipe,
          ranges,
          settings: own,
          more: { kernels },
          tasks: () =>
            Promise.resolve({
              source: gpSource({ kernel: "rbf", batch, ...ranges }),
              curve: tested("rbf", curveBatches),
              final: Object.fromEntries(["", ...kernels].map((kernel) => [
                kernel,
                tested((kernel || "rbf") as GpKernel, finalBatches!),
              ])),
            }),
        });
      })
    );
  });
}

const dataName = ({ context, target }: CountRanges): string =>
  `gp-rbf ctx-${context.join("-")} tar-${target.join("-")}`;

export const gp: Experiment<GpSettings, ProcessDetails> = {
  name: "gp",
  notebook: "04_gp_meta_learning",
  settings: gpSettings,
  runs,
  report: gpReport,
  changesOf: (record) => ({
    ...changesOfTraining(record),
    kernels: (record.configuration["kernels"] ?? []) as string[],
  }),
};

/** An evaluation set, with a progress line while it is made. @throws UserError if it was stopped */
async function preparedSet(spec: EvaluationSpec): Promise<EvaluationSet> {
  const stop = new AbortController();
  let bar: Progress | undefined;
  const set = await evaluationSet(spec, {
    signal: stop.signal,
    onBatch(done, of) {
      bar ??= progress(of, { label: `evaluation tasks, ${spec.kernel}` });
      bar.update(done);
      if (stopRequested()) stop.abort(new UserError("stopped while evaluation tasks were made"));
    },
  });
  await bar?.done();
  return set;
}
