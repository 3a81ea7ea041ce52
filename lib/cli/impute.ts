/** `task impute`: from a phased reference and the genotypes of an array to all variants of the reference. */
import { parseRegion, reportLines } from "../data/genotypes/mod.ts";
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { readModel } from "../imputation/model_file.ts";
import { type Phasing, PHASINGS } from "../imputation/phasing.ts";
import { imputeFiles } from "../imputation/run.ts";
import { DEFAULT_SETTINGS, type ImputeSettings } from "../imputation/settings.ts";
import { taskCommand } from "../paths.ts";
import { formatDuration } from "../progress/format.ts";
import { environment } from "../results/environment.ts";
import { startEngine } from "./start_engine.ts";
import { type Arguments, flag, numberValue, runCommand, text } from "./main.ts";
import { type NamedFile, requireDistinct, requireWritable, userPath } from "./user_path.ts";

const { recipe, windows } = DEFAULT_SETTINGS;

export const IMPUTE_OPTIONS = {
  reference: text("VCF", "phased haplotypes at all variants, VCF or VCF.gz"),
  targets: text("VCF", "the samples to impute, at the variants of their array"),
  out: text("VCF.GZ", "the file to write; its index .tbi goes beside it"),
  map: text("FILE", "genetic map, PLINK's columns or pos chr cM (default: 1 cM per Mb)"),
  region: text("C:A-B", "as 20:1000000-4000000 (default: all of the reference)"),
  phasing: text(
    "HOW",
    `${
      PHASINGS.join(", ")
    } (default: auto: as in the file if phased along the chromosome, own if partly or in phase sets, else Beagle or own)`,
  ),
  model: text("FILE", "take a stored model instead of training one"),
  save: text("FILE", "keep the trained model as a safetensors file"),
  steps: text("N", `training steps of a window (default: ${recipe.steps})`),
  window: text("N", `variants to impute in a window (default: ${windows.targets})`),
  seed: text("N", "equal seeds give equal results (default: 0)"),
  haplotypes: flag("also write the probability of ALT on each haplotype (HDS)"),
} as const;

export type ImputeValues = { [K in keyof typeof IMPUTE_OPTIONS]?: K extends "haplotypes" ? boolean : string };

/** @throws UserError for an option that is missing, has a wrong value or excludes another one. */
export function parseImputeRequest(values: ImputeValues) {
  const file = (
    option: "reference" | "targets" | "out" | "map" | "model" | "save",
  ): NamedFile | undefined => {
    const value = values[option];
    return value === undefined ? undefined : { option: `--${option}`, path: userPath(value) };
  };
  const needed = (option: "reference" | "targets" | "out"): NamedFile => {
    const found = file(option);
    if (!found) throw new UserError(`task impute needs --${option}: ${IMPUTE_OPTIONS[option].help}`);
    return found;
  };
  const out = needed("out");
  if (!out.path.endsWith(".vcf.gz")) {
    throw new UserError(`--out: expected a name ending in .vcf.gz, found ${out.path}`);
  }
  const phasing = values.phasing ?? "auto";
  if (!PHASINGS.includes(phasing as Phasing)) {
    throw new UserError(`--phasing: unknown ${unknown(phasing, PHASINGS)}`);
  }
  const training = (["save", "steps", "window", "seed"] as const).filter((name) =>
    values[name] !== undefined
  );
  if (values.model !== undefined && training.length > 0) {
    throw new UserError(`--model and --${training[0]} exclude each other: a stored model is taken as it is`);
  }
  const whole = (option: "steps" | "window" | "seed", least: number, fallback: number): number => {
    const text = values[option];
    return numberValue(text, `--${option}`, { least, whole: true }) ?? fallback;
  };
  return {
    reference: needed("reference"),
    targets: needed("targets"),
    out,
    map: file("map"),
    region: values.region === undefined ? undefined : parseRegion(values.region),
    phasing: phasing as Phasing,
    model: file("model"),
    save: file("save"),
    steps: whole("steps", 1, recipe.steps),
    window: whole("window", 10, windows.targets),
    seed: whole("seed", 0, recipe.seed),
    haplotypes: values.haplotypes ?? false,
  };
}

type ImputeRequest = ReturnType<typeof parseImputeRequest>;

const settingsOf = ({ steps, window, seed }: ImputeRequest): ImputeSettings => ({
  ...DEFAULT_SETTINGS,
  recipe: { ...DEFAULT_SETTINGS.recipe, steps, seed },
  windows: { ...DEFAULT_SETTINGS.windows, targets: window },
});

async function impute(request: ImputeRequest): Promise<number> {
  const { reference, targets, map, out, save, model } = request;
  const outputs = [out, save].filter((file) => file !== undefined);
  for (const file of outputs) await requireWritable(file);
  await requireDistinct(outputs, [reference, targets, map, model].filter((file) => file !== undefined));
  const stored = model && await readModel(model.path);
  const settings = stored?.settings ?? settingsOf(request);
  const engine = await startEngine();
  console.log(engine);
  const { commit } = await environment();
  const result = await imputeFiles({
    reference: reference.path,
    targets: targets.path,
    out: out.path,
    map: map?.path,
    region: request.region,
    phasing: request.phasing,
    settings,
    model: stored,
    save: save?.path,
    haplotypes: request.haplotypes,
    source: `SPIN workspace${commit ? ` ${commit.slice(0, 12)}` : ""}`,
    notes: {
      imputation: "mean of the logits of SPIN, trained on mosaics of the reference, and of the copying model",
      settings: JSON.stringify(settings),
      seed: String(settings.recipe.seed),
      engine,
    },
    say: (line) => console.log(line),
  });
  if (!result) {
    console.error(`Stopped. The same command continues: ${taskCommand("impute ...")}`);
    return 130;
  }
  for (const line of reportLines(result.report)) console.log(line);
  const { read, phase, impute } = result.seconds;
  console.log(
    `${result.imputed} of ${result.variants} variants imputed in ${result.samples} samples, ${result.windows} windows; ` +
      `read in ${formatDuration(read)}, phased in ${formatDuration(phase)}, imputed in ${
        formatDuration(impute)
      }`,
  );
  console.log(`wrote ${out.path} and its index${save ? `, and ${save.path}` : ""}`);
  return 0;
}

export const IMPUTE = {
  name: "impute",
  summary:
    "Imputes the genotypes that an array lacks: SPIN learns from a phased reference, window by window, and\n" +
    "predicts every variant of it in the targets, together with the copying model of Li and Stephens. The output has\n" +
    "GT, DS and an estimated R2 (DR2) of each variant. Ctrl-C keeps the windows that are done, and the same command\n" +
    "goes on from there.",
  options: IMPUTE_OPTIONS,
  examples: [
    "impute --reference ref.vcf.gz --targets array.vcf.gz --map map.gz --out imputed.vcf.gz",
    "impute --reference ref.vcf.gz --targets array.vcf.gz --region 20:1000000-4000000 --out imputed.vcf.gz --save model.safetensors",
  ],
};

export const runImpute = ({ values }: Arguments<typeof IMPUTE_OPTIONS>): Promise<number> =>
  impute(parseImputeRequest(values));

if (import.meta.main) await runCommand(IMPUTE, runImpute, { grace: 120 });
