import { type RunRecord, spread, type TableView } from "../results/mod.ts";
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
  const share = (value: number) => value.toFixed(3);
  return {
    title: "Two latents, two clusters",
    head: [
      "variant",
      "seeds",
      "specialisation",
      "smallest to largest",
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
          `${share(values[0]!)} to ${share(values.at(-1)!)}`,
          ...["accuracy", "encoder off", "ceiling", "constant"].map((metric) => share(mean(metric))),
        ].map(plain),
      };
    }),
    notes: [
      "Specialisation: total variation distance of what two latents read by cluster; 0 alike, 1 one cluster each. Means over seeds.",
      "Accuracy on the labels of the test queries alone, which no training step counts. Ceiling: of who knows every row's cluster; its labels are flipped with a chance of 0.1. Constant: always the commoner label.",
      "The figure of the paper: not available offline.",
    ],
  };
}

/** What the numbers say, in words made from the numbers. */
export function syntheticAttentionVerdict(records: readonly RunRecord[]): string {
  const lines = variantsOf(records).map(({ variant, runs, mean }) => {
    const special = runs.filter((run) => specialisationOf(run) > SPECIAL).length;
    const [with_, without, ceiling] = ["accuracy", "encoder off", "ceiling"].map(mean) as [
      number,
      number,
      number,
    ];
    const needs = with_ - without > 0.05
      ? "the predictor needs what the latents read"
      : "the predictor does as well without what the latents read";
    return `${variant}: the latents take a cluster each in ${special} of ${runs.length} run(s), specialisation ${
      mean("specialisation").toFixed(2)
    }; accuracy ${with_.toFixed(3)}, ${without.toFixed(3)} with the encoder off, of ${
      ceiling.toFixed(3)
    }: ${needs}.`;
  });
  return lines.map((line) => `- ${line}`).join("\n");
}
