import { paperCelebA } from "../../data/paper.ts";
import type { RunRecord } from "../../results/mod.ts";
import { canonicalJson } from "../../results/record.ts";
import { spread } from "../../results/summary.ts";
import { formatSeconds } from "../../results/tables.ts";
import type { Cell, TableView } from "../../results/view.ts";
import { modelLabel, rangeName, rangeOf, unique } from "../gp/gp_scores.ts";

const NOTHING = "–";
const cell = (text: string, best = false): Cell => ({ text, best });

/** The highest log likelihood of a value that a deviation of at least 0.1 allows. */
export const VALUE_CEILING = -Math.log(0.1) - Math.log(2 * Math.PI) / 2;

/** The same of a pixel, from the record's model. */
export const pixelCeiling = ({ configuration }: RunRecord): number =>
  VALUE_CEILING * (configuration["dims"] as { dimY: number }).dimY;

/** Runs that differ in nothing but their seed: one model, range and training length. */
export interface ImageScore {
  model: string;
  context: [number, number];
  steps: number;
  target: number;
  /** Standard error: over seeds, of a single one over its test batches. */
  error: number;
  runs: RunRecord[];
}

/** The scores of records, by context range, then the best first. */
export function imageScores(records: readonly RunRecord[]): ImageScore[] {
  const groups = Map.groupBy(
    records,
    ({ profile, data, model, configuration }) => canonicalJson([profile, data.name, model, configuration]),
  );
  const scores = [...groups.values()].map((runs): ImageScore => {
    const { mean, standardError } = spread(runs.map(({ metrics }) => metrics["target"] ?? NaN));
    const error = runs.length > 1 ? standardError : runs[0]!.metrics["target error"] ?? NaN;
    const { model, steps } = runs[0]!;
    return { model, steps, context: rangeOf(runs[0]!), target: mean, error, runs };
  });
  return scores.sort((a, b) => a.context[0] - b.context[0] || b.steps - a.steps || b.target - a.target);
}

/**
 * Log likelihoods and costs of our runs of one kind of images; the best of a range and training length is marked.
 *
 * @param baseline of a normal distribution for each place, without context
 */
export function imageTable(records: readonly RunRecord[], baseline?: number): TableView {
  const scores = imageScores(records);
  const [first] = records;
  const rows = scores.map((score) => {
    const rivals = scores.filter(({ context, steps }) =>
      context[0] === score.context[0] && steps === score.steps
    );
    const mean = (value: (run: RunRecord) => number | null | undefined) =>
      spread(score.runs.map((run) => value(run) ?? NaN)).mean;
    const train = mean(({ seconds }) => seconds.train);
    const bytes = Math.max(...score.runs.map(({ memory }) => memory.compiledBytes ?? NaN));
    return {
      label: `${rangeName(score.context)}, ${modelLabel(score.model)}`,
      cells: [
        cell(String(score.steps)),
        cell(
          score.target.toFixed(3) + (Number.isFinite(score.error) ? ` ± ${score.error.toFixed(3)}` : ""),
          rivals.length > 1 && rivals[0] === score,
        ),
        cell(mean(({ metrics }) => metrics["context"]).toFixed(3)),
        cell(mean(({ metrics }) => metrics["calibration"]).toFixed(4)),
        cell(formatSeconds(train)),
        cell(formatSeconds(train / score.steps)),
        cell(Number.isFinite(bytes) ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : NOTHING),
      ],
    };
  });
  const blank = (text: string): Cell[] => ["", text, "", "", "", "", ""].map((one) => cell(one));
  return {
    title: `${first?.data.name.replace(/ ctx.*/, "") ?? "Images"}: log likelihood of a pixel`,
    head: [
      "context, model",
      "steps",
      "target",
      "context",
      "calibration",
      "train",
      "a step",
      "memory",
    ],
    rows: [
      ...rows,
      ...(baseline === undefined
        ? []
        : [{ label: "each place's own normal", cells: blank(baseline.toFixed(3)) }]),
      ...(first ? [{ label: "ceiling", cells: blank(pixelCeiling(first).toFixed(3)) }] : []),
    ],
    notes: [
      `${
        unique(records.map(({ profile }) => profile)).join(", ")
      } profile. ± is the standard error over seeds, of a ` +
      "single one over its test batches; the best of a range and length is marked.",
      "Calibration: mean squared distance of the shares inside central intervals from their levels; 0 is perfect.",
      "Memory is what the compiled training step needs. Each place's own normal: its mean and deviation over the training images, without any context.",
    ],
  };
}

/** The authors' own figures for CelebA; not one of them was made here. */
export function celebaTable(): TableView {
  const ranges = unique(paperCelebA.figures.map(({ context }) => rangeName(context)));
  const models = unique(paperCelebA.figures.map(({ model }) => model));
  const rows = models.map((model) => ({
    label: modelLabel(model),
    cells: ranges.map((range) => {
      const one = paperCelebA.figures.find((figure) =>
        figure.model === model && rangeName(figure.context) === range
      );
      const best = Math.max(
        ...paperCelebA.figures.filter(({ context }) => rangeName(context) === range)
          .map(({ target }) => target ?? -Infinity),
      );
      return one?.target == null
        ? cell("out of memory")
        : cell(`${one.target.toFixed(3)} (${one.epochSeconds!.toFixed(0)} s)`, one.target === best);
    }),
  }));
  return {
    title:
      "The authors' CelebA, 64 x 64 in colour: target log likelihood of a pixel (time of one of 200 passes)",
    head: ["model", ...ranges],
    rows,
    notes: [
      `Other images, three values a pixel (ceiling ${
        (3 * VALUE_CEILING).toFixed(3)
      }) and a training of other length: ` +
      "nothing to compare with runs on digits.",
      paperCelebA.source,
    ],
  };
}
