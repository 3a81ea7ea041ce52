import { attentionMap, type Figure, learningCurves } from "../../plots/mod.ts";
import { cell, counted, NOTHING, type RunRecord, spread, type TableView } from "../../results/mod.ts";
import { type Answer, present, recordsOf, type Report } from "../experiment.ts";
import { ATTENTION_VARIANTS, dataName, SMALL_ATTENTION } from "./settings.ts";
import type { AttentionDetails } from "./step.ts";

type AttentionRecord = RunRecord<AttentionDetails>;

const titleOf = ({ model, seed }: AttentionRecord): string => `${model}, seed ${seed}`;

/** From this distance on latents are said to specialise: more than half of the way to a cluster each. */
const SPECIAL = 0.5;

const specialisationOf = ({ metrics }: AttentionRecord): number => metrics["specialisation"] ?? NaN;

/** How far latents are with one cluster, whichever: 0 both alike, 1 one alone; the mean over latents. NaN for many latents. */
function choosiness({ details }: AttentionRecord): number {
  const shares = details.evaluations.at(-1)?.shares ?? [];
  return spread(shares.map((share) => Math.abs(2 * share - 1))).mean;
}

/** Of each variant that was run its runs, and `mean` of a metric over them. */
function variantsOf(records: readonly AttentionRecord[]) {
  return ATTENTION_VARIANTS.flatMap((variant) => {
    const runs = records.filter(({ model }) => model === variant);
    const mean = (metric: string) => spread(runs.map(({ metrics }) => metrics[metric] ?? NaN)).mean;
    return runs.length > 0 ? [{ variant, runs, mean }] : [];
  });
}

function variantTable(title: string, records: readonly AttentionRecord[]): TableView {
  const results = variantsOf(records);
  const share = (value: number) => Number.isNaN(value) ? NOTHING : value.toFixed(3);
  return {
    title,
    head: [
      ...["variant", "seeds", "specialisation", "smallest to largest", "choosiness"],
      ...["test accuracy", "encoder off", "ceiling", "constant"],
    ],
    rows: results.map(({ variant, runs, mean }) => {
      const values = runs.map(specialisationOf).sort((a, b) => a - b);
      return {
        label: variant,
        cells: [
          String(runs.length),
          share(mean("specialisation")),
          runs.length > 1 ? `${share(values[0]!)}\u00a0to\u00a0${share(values.at(-1)!)}` : NOTHING,
          share(spread(runs.map(choosiness)).mean),
          ...["accuracy", "encoder off", "ceiling", "constant"].map((metric) => share(mean(metric))),
        ].map((text) => cell(text)),
      };
    }),
    notes: [
      "Specialisation: total variation distance of what two latents read by cluster; 0 alike, 1 one cluster each. Means over seeds.",
      "Choosiness: how far a latent is with one cluster, whichever it is; 0 both alike, 1 one alone.",
      "Accuracy on the labels of the test queries, which no training step counts, at the evaluation of the least validation loss. Ceiling: of who knows every row's cluster; its labels are flipped with a chance of 0.1. Constant: always the commoner label.",
      "The figure of the paper: not available offline.",
    ],
  };
}

/**
 * A run has learned its task if it is not further than this below who knows the clusters: whoever knows the labels of
 * one cluster alone is 0.2 below.
 */
const NEAR = 0.15;

/** Accuracies that differ by more than this are said to differ. */
const APART = 0.05;

function verdictOf(place: string, records: readonly AttentionRecord[]): string[] {
  return variantsOf(records).map(({ variant, runs, mean }) => {
    const special = runs.filter((run) => specialisationOf(run) > SPECIAL);
    const learned = runs.filter(({ metrics }) => metrics["accuracy"]! > metrics["ceiling"]! - NEAR);
    const choosy = spread(runs.map(choosiness)).mean;
    const reads =
      `- ${variant}, ${place}: in ${special.length} of ${counted(runs.length, "training")} each latent ` +
      `reads a cluster of its own (mean specialisation ${mean("specialisation").toFixed(2)}, ` +
      `choosiness ${choosy.toFixed(2)}).`;
    if (learned.length === 0) return `${reads} None learns the labels.`;
    const of = (metric: string) => spread(learned.map(({ metrics }) => metrics[metric] ?? NaN)).mean;
    const [encoded, off] = [of("accuracy"), of("encoder off")];
    const needed = encoded - off > APART ? "is needed" : "is not needed";
    return `${reads} ${learned.length} of ${runs.length} learn the labels, to an accuracy of ` +
      `${encoded.toFixed(3)}; with the encoder off it is ${off.toFixed(3)}, ` +
      `so what the latents read ${needed}.`;
  });
}

/** Reproduced if each latent of the published training reads a cluster of its own; in part if one of our variants does. */
function answerOf(
  published: readonly AttentionRecord[],
  small: readonly AttentionRecord[],
): Answer | undefined {
  const all = [...published, ...small];
  const own = all.filter(({ model }) => model === "published");
  if (own.length === 0) return undefined;
  const special = (runs: readonly AttentionRecord[]) => runs.filter((run) => specialisationOf(run) > SPECIAL);
  const variants = variantsOf(small.filter(({ model }) => model !== "published"))
    .filter(({ runs }) => special(runs).length === runs.length).map(({ variant }) => variant);
  const held = special(own).length;
  const every = ` With the variants of this workspace (${variants.join(", ")}) every training does.`;
  const why =
    `As published, ${held} of ${own.length} trainings end with one cluster for each inducing point.` +
    (variants.length > 0 ? every : "");
  const word = held === own.length
    ? "reproduced"
    : special(all).length > 0
    ? "reproduced in part"
    : "not reproduced";
  return { word, why };
}

/** The maps of a record as panels; without them, what each latent reads of either cluster as a whole. */
function panelsOf({ details: { evaluations } }: AttentionRecord): { title: string; shares: number[][] }[] {
  const panels = (shares: (one: AttentionDetails["evaluations"][number]) => number[][] | undefined) =>
    evaluations.flatMap((one) => {
      const found = shares(one);
      return found ? [{ title: `step ${one.step}`, shares: found }] : [];
    });
  const maps = panels(({ map }) => map ?? undefined);
  if (maps.length > 0) return maps;
  const whole = panels(({ shares }) => shares?.map((share) => [2 * share, 2 * (1 - share)]));
  return whole.length > 3 ? [whole[0]!, whole[whole.length >> 1]!, whole.at(-1)!] : whole;
}

/** The attention of each latent over the rows, sorted by cluster, at the start, halfway and at the end of a training. */
function attentionFigure(record: AttentionRecord): Figure {
  const maps = panelsOf(record);
  const each = maps[0]!.shares[0]!.length / 2;
  return attentionMap(maps, {
    title: `What the latents read: ${titleOf(record)}`,
    subtitle: "softmax weights of XABD before dropout; " +
      (each === 1 ? "clusters as wholes" : `${each} parts of each cluster's rows`),
    stretches: ["cluster 1", "cluster 2"],
    xLabel: "rows of the table, sorted by cluster",
  });
}

/** The share of each latent's attention that goes to the first cluster, during a training. */
function shareFigure(record: AttentionRecord): Figure {
  const points = record.details.evaluations.flatMap(({ step, shares }) =>
    (shares ?? []).map((value, latent) => ({ series: `latent ${latent + 1}`, step, value }))
  );
  return learningCurves(points, {
    title: `Attention to cluster 1: ${titleOf(record)}`,
    yLabel: "share of attention",
    rules: [
      { y: 0, label: "cluster 2 alone" },
      { y: 0.5, label: "both alike" },
      { y: 1, label: "cluster 1 alone" },
    ],
  });
}

/** How differently the latents read, during trainings: the mean over seeds of each variant, thin lines for seeds. */
function specialisationFigure(records: readonly AttentionRecord[]): Figure {
  const points = records.flatMap(({ model, seed, details }) =>
    details.evaluations.map(({ step, specialisation: value }) => ({ series: model, seed, step, value }))
  );
  return learningCurves(points, {
    title: "How differently the latents read",
    subtitle: "total variation distance of their shares by cluster: 0 alike, 1 one cluster each",
    yLabel: "specialisation",
  });
}

/** The published experiment, and variants on the small table. */
export function attentionReport(records: readonly RunRecord[]): Report {
  const own = recordsOf<AttentionRecord>(records, "synthetic-attention");
  const isSmall = ({ data }: AttentionRecord) => data.name === dataName(SMALL_ATTENTION.sizes);
  const small = own.filter(isSmall);
  const published = own.filter((record) => !isSmall(record));
  const shown = ({ details }: AttentionRecord) => details.evaluations.some(({ shares }) => shares !== null);
  const first = published.find(shown);
  const coins = small.find((record) => record.model === "coins" && shown(record));
  return {
    tables: {
      published: variantTable("Two clusters, the published table", published),
      variants: variantTable("Two clusters, the small table", small),
    },
    figures: present({
      attention: first && attentionFigure(first),
      shares: first && shareFigure(first),
      specialisation: small.length > 0 && specialisationFigure(small),
      coins: coins && attentionFigure(coins),
    }),
    verdict: [...verdictOf("published table", published), ...verdictOf("small table", small)].join("\n"),
    answer: answerOf(published, small),
  };
}
