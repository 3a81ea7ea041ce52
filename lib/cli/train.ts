/** `task train`: one neural process, trained and tested as an experiment has it, from the command line. */
import { describeEngine, useEngine } from "../engine/mod.ts";
import { readBytes } from "../data/read.ts";
import { writeAtomic } from "../files.ts";
import { runFunctions } from "../experiments/functions/functions.ts";
import { gpRanges } from "../experiments/gp/gp_settings.ts";
import { runGp } from "../experiments/gp/gp.ts";
import { runImages } from "../experiments/images/images.ts";
import { runFile } from "../experiments/process_run.ts";
import { LOCAL_RECORDS, LOCAL_WEIGHTS } from "../experiments/profiles.ts";
import { shown } from "../notebook/run.ts";
import { formatDuration } from "../progress/format.ts";
import { recordName, type RunRecord } from "../results/mod.ts";
import { setup } from "../setup/mod.ts";
import { taskCommand } from "../setup/paths.ts";
import type { Arguments } from "./arguments.ts";
import { runCommand } from "./main.ts";
import { requireWritable } from "./predict_files.ts";
import { EXPERIMENTS, OPTIONS, parseTrainWish, type TrainWish } from "./train_options.ts";

/** Least and most context pixels of images, unless told otherwise. */
const PIXELS = { digits: [8, 16], folder: [64, 128] } as const;

/** Runs what was asked for, or finds its record. */
function run(wish: TrainWish): Promise<RunRecord[]> {
  const { experiment, profile, model, seed, context, target, kernels, data, csv } = wish;
  const { steps, learningRate, schedule, induce, parts } = wish;
  const shared = { profile, models: [model], seeds: [seed], steps, learningRate, schedule, induce, parts };
  switch (experiment) {
    case "gp": {
      const published = gpRanges(64);
      const ranges = { context: context ?? published.context, target: target ?? published.target };
      return runGp({ ...shared, kernels, least: [], ranges });
    }
    case "images": {
      const what = data ?? "digits";
      const contexts = [context ?? PIXELS[what === "digits" ? "digits" : "folder"]];
      return runImages({ ...shared, data: what, contexts, target });
    }
    case "functions":
      return runFunctions({ ...shared, csv: csv!, context, target });
  }
}

/** What a record says, in a few lines. */
function report(record: RunRecord): string {
  const { metrics, seconds, steps, parameters } = record;
  const named = (name: string) => {
    const value = metrics[name];
    return value === undefined || value === null ? [] : [`${name} ${value.toFixed(4)}`];
  };
  const tests = Object.keys(metrics).filter((name) => name.endsWith("target"));
  const scores = tests.map((name) =>
    [name, `${name} error`, name.replace("target", "context"), name.replace("target", "calibration")]
      .flatMap(named).join(", ")
  );
  return [
    "log likelihood of a point:",
    ...scores.map((line) => `  ${line}`),
    `${parameters} parameters, ${steps} steps in ${formatDuration(seconds.train)}, compiled in ${
      formatDuration(seconds.compile)
    }`,
  ].join("\n");
}

export const COMMAND = {
  name: "train",
  summary:
    "Trains one neural process and tests it. The record goes to results/local/records, the weights to\n" +
    "results/local/weights. Ctrl-C keeps the state of the training, and the same command goes on from it;\n" +
    "a run that has its record is not repeated.",
  positional: { name: "EXPERIMENT", help: EXPERIMENTS.join(", "), least: 1, most: 1 },
  options: OPTIONS,
  examples: [
    "train gp --model ipnp --profile paper",
    "train gp --model canp --context 128,256 --steps 2000 --kernels matern,periodic",
    "train images --model cipnp-fast --context 8,16",
    "train functions --csv functions.csv --model cipnp-fast",
  ],
};

export async function work({ values, positionals }: Arguments<typeof OPTIONS>): Promise<number | void> {
  const wish = parseTrainWish(positionals[0]!, values);
  if (wish.save) await requireWritable(wish.save);
  const asked = Deno.env.get("SPIN_ENGINE");
  if (!asked || asked === "xla") await setup();
  console.log(describeEngine(await useEngine()));
  const [record] = await run(wish);
  if (!record) {
    console.error(`Stopped. The same command continues: ${taskCommand(`train ${positionals[0]} ...`)}`);
    return 130;
  }
  console.log(report(record));
  console.log(`record: ${shown(`${LOCAL_RECORDS}/${recordName(record)}`)}`);
  const weights = runFile(LOCAL_WEIGHTS, record);
  console.log(`weights: ${shown(weights)}`);
  if (wish.save) {
    await writeAtomic(wish.save.path, await readBytes(weights, "weights"));
    console.log(`wrote ${wish.save.path}`);
  }
}

if (import.meta.main) await runCommand(COMMAND, work, { grace: 60 });
