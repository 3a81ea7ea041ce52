/** The options of `task impute`, and what they ask for. */
import { parseRegion, type Region } from "../data/genotypes/mod.ts";
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { type Phasing, PHASINGS } from "../imputation/phasing.ts";
import { DEFAULT_SETTINGS } from "../imputation/settings.ts";
import { numberValue } from "./arguments.ts";
import type { NamedFile } from "./predict_files.ts";
import { userPath } from "./user_path.ts";

const { recipe, windows } = DEFAULT_SETTINGS;

export const OPTIONS = {
  reference: { type: "string", value: "VCF", help: "phased haplotypes at all variants, VCF or VCF.gz" },
  targets: { type: "string", value: "VCF", help: "the samples to impute, at the variants of their array" },
  out: { type: "string", value: "VCF.GZ", help: "the file to write; its index .tbi goes beside it" },
  map: {
    type: "string",
    value: "FILE",
    help: "genetic map, PLINK's columns or pos chr cM (default: 1 cM per Mb)",
  },
  region: { type: "string", value: "C:A-B", help: "as 20:1000000-4000000 (default: all of the reference)" },
  phasing: {
    type: "string",
    value: "HOW",
    help: `${
      PHASINGS.join(", ")
    } (default: auto: as in the file if phased, own if partly, else Beagle or own)`,
  },
  model: { type: "string", value: "FILE", help: "take a stored model instead of training one" },
  save: { type: "string", value: "FILE", help: "keep the trained model as a safetensors file" },
  steps: { type: "string", value: "N", help: `training steps of a window (default: ${recipe.steps})` },
  window: {
    type: "string",
    value: "N",
    help: `variants to impute in a window (default: ${windows.targets})`,
  },
  seed: { type: "string", value: "N", help: "equal seeds give equal results (default: 0)" },
  haplotypes: { type: "boolean", help: "also write the probability of ALT on each haplotype (HDS)" },
} as const;

export type Values = { [K in keyof typeof OPTIONS]?: K extends "haplotypes" ? boolean : string };

/** What a user asked for. */
export interface ImputeWish {
  reference: NamedFile;
  targets: NamedFile;
  out: NamedFile;
  map?: NamedFile;
  region?: Region;
  phasing: Phasing;
  model?: NamedFile;
  save?: NamedFile;
  steps: number;
  window: number;
  seed: number;
  haplotypes: boolean;
}

/** @throws UserError for an option that is missing, has a wrong value or excludes another one. */
export function parseImputeWish(values: Values): ImputeWish {
  const file = (
    option: "reference" | "targets" | "out" | "map" | "model" | "save",
  ): NamedFile | undefined => {
    const value = values[option];
    return value === undefined ? undefined : { option: `--${option}`, path: userPath(value) };
  };
  const needed = (option: "reference" | "targets" | "out"): NamedFile => {
    const found = file(option);
    if (!found) throw new UserError(`task impute needs --${option}: ${OPTIONS[option].help}`);
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
    throw new UserError(
      `--model and --${training[0]} exclude each other: a stored model is taken as it is`,
    );
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
