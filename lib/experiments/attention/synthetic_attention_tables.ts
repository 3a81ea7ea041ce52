import { type RunRecord, spread, type TableView } from "../../results/mod.ts";
import { ATTENTION_VARIANTS } from "./synthetic_attention_settings.ts";

/** What the runs of one variant reach. */
interface VariantResult {
  variant: string;
  runs: RunRecord[];
  mean(metric: string): number;
}

/** From this distance on latents are said to specialise: more than half of the way to a cluster each. */
const SPECIAL = 0.5;

const specialisationOf = ({ metrics }: RunRecord): number => metrics["specialisation"] ?? NaN;

/** How far latents are with one cluster, whichever: 0 both alike, 1 one alone; the mean over latents. NaN for many latents. */
function choosiness({ metrics, steps }: RunRecord): number {
  const shares = Object.entries(metrics).filter(([name]) =>
    /^latent \d+@/.test(name) && name.endsWith(`@${steps}`)
  );
  return spread(shares.map(([, share]) => Math.abs(2 * share! - 1))).mean;
}

function variantsOf(records: readonly RunRecord[]): VariantResult[] {
  const own = records.filter(({ experiment }) => experiment === "synthetic-attention");
  return ATTENTION_VARIANTS.flatMap((variant) => {
    const runs = own.filter(({ model }) => model === variant);
    const mean = (metric: string) => spread(runs.map(({ metrics }) => metrics[metric] ?? NaN)).mean;
    return runs.length > 0 ? [{ variant, runs, mean }] : [];
  });
}

const plain = (text: string) => ({ text, best: false });

/** Specialisation and accuracy by variant, beside what can be had. */
export function syntheticAttentionTable(records: readonly RunRecord[]): TableView {
  const results = variantsOf(records);
  const share = (value: number) => Number.isNaN(value) ? "–" : value.toFixed(3);
  return {
    title: "Two latents, two clusters",
    head: [
      "variant",
      "seeds",
      "specialisation",
      "smallest to largest",
      "choosiness",
      "test accuracy",
      "encoder off",
      "ceiling",
      "constant",
    ],
    rows: results.map(({ variant, runs, mean }) => {
      const values = runs.map(specialisationOf).sort((a, b) => a - b);
      return {
        label: variant,
        cells: [
          String(runs.length),
          share(mean("specialisation")),
          runs.length > 1 ? `${share(values[0]!)}\u00a0to\u00a0${share(values.at(-1)!)}` : "–",
          share(spread(runs.map(choosiness)).mean),
          ...["accuracy", "encoder off", "ceiling", "constant"].map((metric) => share(mean(metric))),
        ].map(plain),
      };
    }),
    notes: [
      "Specialisation: total variation distance of what two latents read by cluster; 0 alike, 1 one cluster each. Means over seeds.",
      "Choosiness: how far a latent is with one cluster, whichever it is; 0 both alike, 1 one alone.",
      "Accuracy on the labels of the test queries, which no training step counts, at the look of the least validation loss. Ceiling: of who knows every row's cluster; its labels are flipped with a chance of 0.1. Constant: always the commoner label.",
      "The figure of the paper: not available offline.",
    ],
  };
}

/**
 * A run has learned its task if it is not further than this below who knows the clusters: whoever knows the labels of
 * one cluster alone is 0.2 below.
 */
const NEAR = 0.15;

const hasLearned = ({ metrics }: RunRecord): boolean => metrics["accuracy"]! > metrics["ceiling"]! - NEAR;

/** Accuracies that differ by more than this are said to differ. */
const APART = 0.05;

/** What the numbers say, in words made from the numbers. */
export function syntheticAttentionVerdict(records: readonly RunRecord[]): string {
  const lines = variantsOf(records).map(({ variant, runs, mean }) => {
    const special = runs.filter((run) => specialisationOf(run) > SPECIAL);
    const learned = runs.filter(hasLearned);
    const start = `${variant}: a cluster each in ${special.length} of ${runs.length} run(s), specialisation ${
      mean("specialisation").toFixed(2)
    } on average, choosiness ${
      spread(runs.map(choosiness)).mean.toFixed(2)
    }; the labels are learned in ${learned.length}`;
    if (learned.length === 0) return `${start}.`;
    const of = (metric: string) => spread(learned.map(({ metrics }) => metrics[metric] ?? NaN)).mean;
    const [encoded, off] = [of("accuracy"), of("encoder off")];
    const needed = encoded - off > APART
      ? "what the latents read is needed"
      : "what the latents read is not needed";
    const both = special.filter((run) => learned.includes(run)).length;
    return `${start} (with a cluster each in ${both} of these), with an accuracy of ${
      encoded.toFixed(3)
    } and ${off.toFixed(3)} with the encoder off: ${needed}.`;
  });
  return lines.map((line) => `- ${line}`).join("\n");
}
