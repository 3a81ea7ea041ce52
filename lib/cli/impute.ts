/** `task impute`: from a phased reference and the genotypes of an array to all variants of the reference. */
import { reportLines } from "../data/genotypes/mod.ts";
import { describeEngine, useEngine } from "../engine/mod.ts";
import { readModel } from "../imputation/model_file.ts";
import { imputeFiles } from "../imputation/run.ts";
import { DEFAULT_SETTINGS, type ImputeSettings } from "../imputation/settings.ts";
import { formatDuration } from "../progress/format.ts";
import { environment } from "../results/environment.ts";
import { setup } from "../setup/mod.ts";
import { taskCommand } from "../setup/paths.ts";
import type { Arguments } from "./arguments.ts";
import { type ImputeWish, OPTIONS, parseImputeWish } from "./impute_options.ts";
import { runCommand } from "./main.ts";
import { requireDistinct, requireWritable } from "./predict_files.ts";

const settingsOf = ({ steps, window, seed }: ImputeWish): ImputeSettings => ({
  ...DEFAULT_SETTINGS,
  recipe: { ...DEFAULT_SETTINGS.recipe, steps, seed },
  windows: { ...DEFAULT_SETTINGS.windows, targets: window },
});

async function impute(wish: ImputeWish): Promise<number> {
  const { reference, targets, map, out, save, model } = wish;
  const outputs = [out, save].filter((file) => file !== undefined);
  for (const file of outputs) await requireWritable(file);
  await requireDistinct(outputs, [reference, targets, map, model].filter((file) => file !== undefined));
  const stored = model && await readModel(model.path);
  const settings = stored?.settings ?? settingsOf(wish);
  const asked = Deno.env.get("SPIN_ENGINE");
  if (!asked || asked === "xla") await setup();
  const engine = describeEngine(await useEngine());
  console.log(engine);
  const { commit } = await environment();
  const result = await imputeFiles({
    reference: reference.path,
    targets: targets.path,
    out: out.path,
    map: map?.path,
    region: wish.region,
    phasing: wish.phasing,
    settings,
    model: stored,
    save: save?.path,
    haplotypes: wish.haplotypes,
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

export const COMMAND = {
  name: "impute",
  summary:
    "Imputes the genotypes that an array lacks: SPIN learns from a phased reference, window by window, and\n" +
    "predicts every variant of it in the targets, together with the copying model of Li and Stephens. The output has\n" +
    "GT, DS and an estimated R2 (DR2) of each variant. Ctrl-C keeps the windows that are done, and the same command\n" +
    "goes on from there.",
  options: OPTIONS,
  examples: [
    "impute --reference ref.vcf.gz --targets array.vcf.gz --map map.gz --out imputed.vcf.gz",
    "impute --reference ref.vcf.gz --targets array.vcf.gz --region 20:1000000-4000000 --out imputed.vcf.gz --save model.safetensors",
  ],
};

export const work = ({ values }: Arguments<typeof OPTIONS>): Promise<number> =>
  impute(parseImputeWish(values));

if (import.meta.main) await runCommand(COMMAND, work, { grace: 120 });
