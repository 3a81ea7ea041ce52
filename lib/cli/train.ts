/** `task train`: one neural process, trained and tested as an experiment has it, from the command line. */
import { readBytes } from "../data/read.ts";
import { describeEngine, useEngine } from "../engine/mod.ts";
import { functions } from "../experiments/functions/run.ts";
import { gp } from "../experiments/gp/run.ts";
import { GP_CURVE } from "../experiments/gp/settings.ts";
import { images } from "../experiments/images/run.ts";
import type { ProcessDetails, TestScores } from "../experiments/process_run.ts";
import { LOCAL_RECORDS, LOCAL_WEIGHTS } from "../experiments/profiles.ts";
import { run, runFile } from "../experiments/run.ts";
import { writeAtomic } from "../files.ts";
import { shown } from "../notebook/run.ts";
import { taskCommand } from "../paths.ts";
import { formatDuration } from "../progress/format.ts";
import { recordName, type RunRecord } from "../results/mod.ts";
import { setup } from "../setup/mod.ts";
import type { Arguments } from "./arguments.ts";
import { runCommand } from "./main.ts";
import { requireWritable } from "./predict_files.ts";
import { TRAINED_EXPERIMENTS, TRAIN_OPTIONS, parseTrainOptions, type TrainOptions } from "./train_options.ts";

/** Least and most context pixels of images, unless told otherwise. */
const PIXELS = { digits: [8, 16], folder: [64, 128] } as const;

/** A training of the quick profile that is worth its weights: the experiments' own are shorter. */
const LONG = { gp: GP_CURVE, images: { steps: 1500 }, functions: {} };

/** Runs what was asked for, or finds its record. */
async function trained(options: TrainOptions): Promise<RunRecord<ProcessDetails> | undefined> {
  const { experiment, profile, model, seed, kernels, data = "digits", csv } = options;
  const { steps, parts, learningRate, schedule, induce, context, target } = options;
  const long = profile === "quick" ? LONG[experiment] : {};
  const shared = { models: [model], seeds: [seed], learningRate, schedule, induce, context, target };
  const changes = { ...long, ...steps ? { steps } : {}, ...parts ? { parts } : {}, ...shared };
  const records = experiment === "gp"
    ? await run(gp, gp.settings(profile, { ...changes, least: [64], kernels }))
    : experiment === "images"
    ? await run(
      images,
      images.settings(profile, {
        ...changes,
        data,
        context: context ?? PIXELS[data === "digits" ? "digits" : "folder"],
      }),
    )
    : await run(functions, functions.settings(profile, { ...changes, csv }));
  return records[0];
}

/** What a record says, in a few lines. */
function report({ metrics, details, seconds, steps, parameters }: RunRecord<ProcessDetails>): string {
  const scores = Object.entries({ "": metrics as TestScores, ...details.tests }).map(([kernel, test]) =>
    (["target", "error", "context", "calibration"] as const).map((name) =>
      `${kernel && name === "target" ? `${kernel} ` : ""}${name} ${test[name].toFixed(4)}`
    ).join(", ")
  );
  return [
    "log likelihood of a point:",
    ...scores.map((line) => `  ${line}`),
    `${parameters} parameters, ${steps} steps in ${formatDuration(seconds.train)}, compiled in ${
      formatDuration(seconds.compile)
    }`,
  ].join("\n");
}

export const TRAIN = {
  name: "train",
  summary:
    "Trains one neural process and tests it. The record goes to results/local/records, the weights to\n" +
    "results/local/weights. Ctrl-C keeps the state of the training, and the same command goes on from it;\n" +
    "a run that has its record is not repeated.",
  positional: { name: "EXPERIMENT", help: TRAINED_EXPERIMENTS.join(", "), least: 1, most: 1 },
  options: TRAIN_OPTIONS,
  examples: [
    "train gp --model ipnp --profile paper",
    "train gp --model canp --context 128,256 --steps 2000 --kernels matern,periodic",
    "train images --model cipnp-fast --context 8,16",
    "train functions --csv functions.csv --model cipnp-fast",
  ],
};

export async function runTrain({ values, positionals }: Arguments<typeof TRAIN_OPTIONS>): Promise<number | void> {
  const options = parseTrainOptions(positionals[0]!, values);
  if (options.save) await requireWritable(options.save);
  const asked = Deno.env.get("SPIN_ENGINE");
  if (!asked || asked === "xla") await setup();
  console.log(describeEngine(await useEngine()));
  const record = await trained(options);
  if (!record) {
    console.error(`Stopped. The same command continues: ${taskCommand(`train ${positionals[0]} ...`)}`);
    return 130;
  }
  console.log(report(record));
  console.log(`record: ${shown(`${LOCAL_RECORDS}/${recordName(record)}`)}`);
  const weights = runFile(LOCAL_WEIGHTS, record);
  console.log(`weights: ${shown(weights)}`);
  if (options.save) {
    await writeAtomic(options.save.path, await readBytes(weights, "weights"));
    console.log(`wrote ${options.save.path}`);
  }
}

if (import.meta.main) await runCommand(TRAIN, runTrain, { grace: 60 });
