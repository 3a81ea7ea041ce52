/** `task impute`: from a phased reference and the genotypes of an array to all variants of the reference. */
import { parseRegion } from "../data/genotypes/mod.ts";
import { knownName } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { requireBcftools, vcfToBcf } from "../imputation/bcf.ts";
import { readModel } from "../imputation/model_file.ts";
import { PHASINGS } from "../imputation/phasing.ts";
import { imputeChromosomes } from "../imputation/chromosomes.ts";
import { DEFAULT_SETTINGS, type ImputeSettings } from "../imputation/settings.ts";
import { taskCommand } from "../paths.ts";
import { formatDuration } from "../progress/format.ts";
import { environment } from "../results/environment.ts";
import { startEngine } from "./start_engine.ts";
import { type Arguments, flag, numberValue, runCommand, textOption as text } from "./main.ts";
import { type NamedFile, requireOutputs, requireWritable, userPath } from "./user_path.ts";

const { recipe, windows } = DEFAULT_SETTINGS;
const STDIN = "/dev/stdin";

export const IMPUTE_OPTIONS = {
  reference: text("VCF", "phased haplotypes at all variants, VCF or VCF.gz; - is standard input"),
  targets: text("VCF", "the samples to impute, at the variants of their array; - is standard input"),
  out: text("VCF.GZ", "the file to write, .vcf.gz, or .bcf by bcftools; its index goes beside it"),
  map: text(
    "FILE",
    "genetic map: PLINK's, HapMap's or pos chr cM; {} in its name is the chromosome (default: 1 cM per Mb)",
  ),
  region: text(
    "C:A-B",
    "as 20:1000000-4000000; genotypes 1 Mb around it help (default: all of the reference)",
  ),
  phasing: text(
    "HOW",
    `${PHASINGS.join(", ")} (default: auto: as in the file if phased along the chromosome, ` +
      "own if partly or in phase sets, else Beagle or own)",
  ),
  model: text("FILE", "take a stored model instead of training one"),
  save: text("FILE", "keep the trained model as a safetensors file"),
  steps: text("N", `training steps of a window (default: ${recipe.steps})`),
  window: text("N", `variants to impute in a window (default: ${windows.targets})`),
  seed: text("N", "equal seeds give equal results (default: 0)"),
  threads: text(
    "N",
    "threads, of Beagle too if it phases (default: the processors that the process may use)",
  ),
  fast: flag("the copying model alone, without training: a third of the time, a little less accurate"),
  "min-r2": text("R2", "leave out imputed variants of a lower estimated R2 (default: 0)"),
  "all-typed-sites": flag("also write the targets' variants that the reference lacks, as they are given"),
  "typed-r2": flag("also impute the genotyped variants, each left out in turn, and tell how well (ER2)"),
  "all-filters": flag("also take records whose FILTER is not PASS"),
  likelihoods: flag("take the targets' PL, GL or GP in place of GT where both are there (low coverage)"),
  gp: flag("also write the probabilities of the three genotypes (GP)"),
  haplotypes: flag("also write the probability of ALT on each haplotype (HDS)"),
} as const;

export type ImputeValues = Arguments<typeof IMPUTE_OPTIONS>["values"];

/** @throws UserError for an option that is missing, has a wrong value or excludes another one. */
function parseImputeRequest(values: ImputeValues) {
  const file = (
    option: "reference" | "targets" | "out" | "map" | "model" | "save",
  ): NamedFile | undefined => {
    const value = values[option];
    if (value === undefined) return undefined;
    return { option: `--${option}`, path: value === "-" ? STDIN : userPath(value) };
  };
  const needed = (option: "reference" | "targets" | "out"): NamedFile => {
    const found = file(option);
    if (!found) throw new UserError(`task impute needs --${option}: ${IMPUTE_OPTIONS[option].help}`);
    return found;
  };
  const out = needed("out");
  if (!/\.(vcf\.gz|bcf)$/.test(out.path)) {
    throw new UserError(`--out: expected a name ending in .vcf.gz or .bcf, found ${out.path}`);
  }
  const phasing = knownName(values.phasing ?? "auto", PHASINGS, "--phasing: unknown");
  const exclude = (one: "model" | "fast", others: (keyof ImputeValues)[], why: string): void => {
    const other = others.find((name) => values[name] !== undefined);
    if (values[one] !== undefined && other) {
      throw new UserError(`--${one} and --${other} exclude each other: ${why}`);
    }
  };
  exclude("model", ["save", "steps", "window", "seed"], "a stored model is taken as it is");
  exclude("fast", ["steps", "save", "model"], "nothing is trained");
  const leastR2 = numberValue(values["min-r2"], "--min-r2", { least: 0 }) ?? 0;
  if (leastR2 > 1) throw new UserError(`option --min-r2: expected a number from 0 to 1, found ${leastR2}`);
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
    phasing,
    model: file("model"),
    save: file("save"),
    steps: whole("steps", 1, recipe.steps),
    window: whole("window", 10, windows.targets),
    seed: whole("seed", 0, recipe.seed),
    threads: numberValue(values.threads, "--threads", { least: 1, whole: true }),
    fast: values.fast ?? false,
    leastR2,
    allTyped: values["all-typed-sites"] ?? false,
    typedR2: values["typed-r2"] ?? false,
    allFilters: values["all-filters"] ?? false,
    likelihoods: values.likelihoods ?? false,
    posteriors: values.gp ?? false,
    haplotypes: values.haplotypes ?? false,
  };
}

type ImputeRequest = ReturnType<typeof parseImputeRequest>;

const settingsOf = ({ steps, window, seed, fast }: ImputeRequest): ImputeSettings => ({
  ...DEFAULT_SETTINGS,
  ...(fast ? { weight: 0 } : {}),
  recipe: { ...DEFAULT_SETTINGS.recipe, steps, seed },
  windows: { ...DEFAULT_SETTINGS.windows, targets: window },
});

async function impute(request: ImputeRequest): Promise<number> {
  const { reference, targets, map, out, save, model, region, phasing } = request;
  const { haplotypes, posteriors, leastR2, allTyped, typedR2, allFilters, likelihoods } = request;
  const piped = [reference, targets, map].filter((file) => file?.path === STDIN).map((file) => file!.option);
  if (piped.length > 1) {
    throw new UserError(`${piped.join(" and ")} are both standard input, which can be read but once`);
  }
  const isBcf = out.path.endsWith(".bcf");
  await requireOutputs([out, save], [reference, targets, map, model]);
  await requireWritable({ option: "--out", path: `${out.path}.${isBcf ? "csi" : "tbi"}` });
  if (isBcf) await requireBcftools(out.path);
  const vcf = isBcf ? `${out.path}.making.vcf.gz` : out.path;
  const stored = model && await readModel(model.path);
  const settings = stored?.settings ?? settingsOf(request);
  if (request.threads) Deno.env.set("NPROC", String(request.threads));
  const engine = await startEngine();
  console.log(engine);
  const { commit } = await environment();
  const result = await imputeChromosomes({
    reference: reference.path,
    targets: targets.path,
    out: vcf,
    map: map?.path,
    settings,
    model: stored,
    save: save?.path,
    ...{ region, phasing, haplotypes, posteriors, leastR2, allTyped, typedR2, allFilters, likelihoods },
    source: `SPIN workspace${commit ? ` ${commit.slice(0, 12)}` : ""}`,
    notes: {
      imputation: settings.weight === 0
        ? "the copying model of Li and Stephens"
        : "mean of the logits of SPIN, trained on mosaics of the reference, and of the copying model",
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
  if (isBcf) await vcfToBcf(vcf, out.path);
  const { read, phase, impute } = result.seconds;
  console.log(
    `${result.imputed} of ${result.variants} variants imputed in ${result.samples} samples, ` +
      `${result.windows} windows; read in ${formatDuration(read)}, phased in ${formatDuration(phase)}, ` +
      `imputed in ${formatDuration(impute)}`,
  );
  if (result.leftOut > 0) {
    console.log(`${result.leftOut} imputed variants left out: estimated R2 below ${leastR2}`);
  }
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
