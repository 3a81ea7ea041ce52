/** `task train`: one neural process, trained and tested as an experiment has it, from the command line. */
import { GP_KERNELS, gpKernel } from "../data/gp/kernels.ts";
import { knownName } from "../data/nearest.ts";
import { readBytes } from "../data/read.ts";
import { checkRanges } from "../data/task_source.ts";
import { UserError } from "../errors.ts";
import { functions } from "../experiments/functions/run.ts";
import { gp } from "../experiments/gp/run.ts";
import { GP_CURVE } from "../experiments/gp/settings.ts";
import { images } from "../experiments/images/run.ts";
import type { ProcessDetails, TestScores } from "../experiments/process_run.ts";
import { asProfile, LOCAL_RECORDS, LOCAL_WEIGHTS } from "../experiments/profiles.ts";
import { run, runFile } from "../experiments/run.ts";
import { writeAtomic } from "../files.ts";
import { hasInducing, PROCESS_NAMES, processName } from "../models/process/registry.ts";
import { shown } from "../notebook/run.ts";
import { taskCommand } from "../paths.ts";
import { formatDuration } from "../progress/format.ts";
import { recordName, type RunRecord } from "../results/mod.ts";
import { startEngine } from "./start_engine.ts";
import { type Arguments, numberValue, runCommand, textOption } from "./main.ts";
import { requireWritable, userPath } from "./user_path.ts";

const TRAINED_EXPERIMENTS = ["gp", "images", "functions"] as const;
type ExperimentName = (typeof TRAINED_EXPERIMENTS)[number];

const TRAIN_OPTIONS = {
  model: textOption("NAME", `${PROCESS_NAMES.join(", ")} (default: cipnp)`),
  profile: textOption("NAME", "quick (the default) or paper, the published settings"),
  context: textOption("A,B", "least and most context points (default: 64,128 for gp)"),
  target: textOption("A,B", "least and most target points (default: 4,64 for gp)"),
  steps: textOption("N", "training steps instead of the profile's"),
  rate: textOption("X", "learning rate (default: 5e-4; 1e-3 for the variants that start fast)"),
  schedule: textOption("NAME", "cosine or constant, instead of the profile's"),
  h: textOption("N", "inducing points (default: half of the least context)"),
  width: textOption("N", "width of hidden layers and latents (default: 128)"),
  depth: textOption("N", "layers of the encoders' networks (default: 4)"),
  parts: textOption(
    "C,T",
    "cut contexts and targets into so many sizes, each of them compiled (default: 4,2; 1,1 pays on a GPU)",
  ),
  seed: textOption("N", "equal seeds give equal models (default: 0)"),
  kernels: textOption("A,B", `gp: also test on these kernels: ${GP_KERNELS.join(", ")}`),
  data: textOption("WHAT", "images: digits (default), celeba:FOLDER or folder:PATH"),
  csv: textOption("FILE", "functions: a table with the columns task, x and y"),
  save: textOption("FILE", "also write the weights to this safetensors file"),
} as const;

type TrainValues = Arguments<typeof TRAIN_OPTIONS>["values"];

/** Options that belong to one experiment. */
const OWN: Record<string, ExperimentName> = { kernels: "gp", data: "images", csv: "functions" };

function range(text: string | undefined, option: string): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
  if (parts.length === 2 && parts.every(Number.isInteger)) return parts as [number, number];
  throw new UserError(`${option}: expected two whole numbers as in 64,128, found "${text}"`);
}

/** @throws UserError for an unknown name, a wrong value, or an option of another experiment. */
export function parseTrainOptions(experiment: string, values: TrainValues) {
  const known = knownName(experiment, TRAINED_EXPERIMENTS, "task train: there is no experiment");
  for (const [option, owner] of Object.entries(OWN)) {
    if (values[option as keyof TrainValues] !== undefined && owner !== known) {
      throw new UserError(`--${option} belongs to task train ${owner}, not to task train ${known}`);
    }
  }
  if (known === "functions" && values.csv === undefined) {
    throw new UserError(`task train functions needs --csv: ${TRAIN_OPTIONS.csv.help}`);
  }
  const model = processName(values.model ?? "cipnp");
  const whole = (option: "steps" | "h" | "width" | "depth", least: number) =>
    numberValue(values[option], `--${option}`, { whole: true, least });
  const h = whole("h", 1);
  if (h !== undefined && !hasInducing(model)) {
    throw new UserError(`--h: ${model} has no inducing points`);
  }
  const rate = numberValue(values.rate, "--rate", { least: 0 });
  const { schedule } = values;
  if (schedule !== undefined && schedule !== "cosine" && schedule !== "constant") {
    throw new UserError(`--schedule: expected cosine or constant, found "${schedule}"`);
  }
  const context = range(values.context, "--context");
  const target = range(values.target, "--target");
  const parts = range(values.parts, "--parts");
  if (parts?.some((count) => count < 1)) {
    throw new UserError(`--parts: expected two numbers of 1 or more, found "${values.parts}"`);
  }
  checkRanges({ context: context ?? [1, 1], target: target ?? [1, 1] });
  return {
    experiment: known,
    model,
    profile: asProfile(values.profile ?? "quick"),
    context,
    target,
    steps: whole("steps", 1),
    rate,
    schedule,
    h,
    width: whole("width", 1),
    depth: whole("depth", 1),
    parts: parts && { context: parts[0], target: parts[1] },
    seed: numberValue(values.seed, "--seed", { whole: true, least: 0 }) ?? 0,
    kernels: values.kernels?.split(",").map((name) => gpKernel(name.trim())) ?? [],
    data: values.data,
    csv: values.csv && userPath(values.csv),
    save: values.save === undefined ? undefined : { option: "--save", path: userPath(values.save) },
  };
}

/** Least and most context pixels of images, unless told otherwise. */
const PIXELS = { digits: [8, 16], folder: [64, 128] } as const;

/** A training of the quick profile that is worth its weights: the experiments' own are shorter. */
const LONG = { gp: GP_CURVE, images: { steps: 1500 }, functions: {} };

async function trained(
  options: ReturnType<typeof parseTrainOptions>,
): Promise<RunRecord<ProcessDetails> | undefined> {
  const { experiment, profile, model, seed, kernels, data = "digits", csv } = options;
  const { steps, parts, rate, schedule, h, width, depth, context, target } = options;
  const long = profile === "quick" ? LONG[experiment] : {};
  const shared = { models: [model], seeds: [seed], rate, schedule, h, width, depth, context, target };
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

function report({ metrics, details, seconds, steps, parameters }: RunRecord<ProcessDetails>): string {
  const scores = Object.entries({ "": metrics as TestScores, ...details.tests }).map(([kernel, test]) =>
    (["target", "error", "context", "calibration"] as const).map((name) =>
      `${kernel && name === "target" ? `${kernel} ` : ""}${name} ${test[name].toFixed(4)}`
    ).join(", ")
  );
  return [
    "log likelihood of a point:",
    ...scores.map((line) => `  ${line}`),
    `${parameters} parameters, ${steps} steps in ${formatDuration(seconds.train)}, ` +
    `compiled in ${formatDuration(seconds.compile)}`,
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

export async function runTrain(
  { values, positionals }: Arguments<typeof TRAIN_OPTIONS>,
): Promise<number | void> {
  const options = parseTrainOptions(positionals[0]!, values);
  if (options.save) await requireWritable(options.save);
  console.log(await startEngine());
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
