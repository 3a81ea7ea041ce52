import { paperCelebA } from "../../data/paper.ts";
import { type Figure, rangeCurves } from "../../plots/mod.ts";
import { cell, type RunRecord, type TableView } from "../../results/mod.ts";
import { type Answer, present, recordsOf, type Report } from "../experiment.ts";
import {
  comparable,
  modelLabel,
  type ProcessRecord,
  type ProcessScores,
  rangeName,
  scoresOf,
  scoresTable,
  unique,
} from "../process_report.ts";

/** The highest log likelihood of a value that a deviation of at least 0.1 allows. */
export const VALUE_CEILING = -Math.log(0.1) - Math.log(2 * Math.PI) / 2;

/** The same of a pixel, from the record's model. */
export const pixelCeiling = ({ configuration }: Pick<RunRecord, "configuration">): number =>
  VALUE_CEILING * (configuration["dims"] as { dimY: number }).dimY;

/**
 * Mean log likelihood of a pixel by each place's own normal, for images that come with the workspace, by the checksum of their
 * data; a test computes it.
 */
export const PLACE_LIKELIHOODS: Record<string, number> = {
  "1ff174a5aea2d05656fa2611c2f28015163974c5c91f0ae4112ed828b4ff4cd1": 0.20743037748633805,
};

const placeOf = ([first]: readonly ProcessRecord[]): number | undefined =>
  first && PLACE_LIKELIHOODS[first.data.sha256];

function table(records: readonly ProcessRecord[]): TableView {
  const [first] = records;
  const alone = unique(records.map(({ data }) => data.sha256)).length === 1;
  const place = alone ? placeOf(records) : undefined;
  return scoresTable(
    records,
    [
      ...place === undefined ? [] : [["each place's own normal", place] as const],
      ...first && alone ? [["ceiling", pixelCeiling(first)] as const] : [],
    ],
    [
      "A point is a pixel. Each place's own normal: its mean and deviation over the training images, without any context.",
    ],
  );
}

/** Log likelihood by context range, of the longest trainings among the records; undefined for a single range. */
function rangeFigure(records: readonly ProcessRecord[]): Figure | undefined {
  const steps = Math.max(...records.map((record) => record.steps));
  const scores = scoresOf(records.filter((record) => record.steps === steps));
  if (unique(scores.map(({ context }) => rangeName(context))).length < 2) return undefined;
  return rangeCurves(
    scores.map(({ model, context, target, error }) => ({
      panel: "target",
      series: model,
      range: rangeName(context),
      mean: target,
      deviation: Number.isFinite(error) ? error : 0,
    })),
    {
      title: "Log likelihood by context range",
      subtitle: `${steps} steps; bands: one standard error`,
      panels: [{ name: "target", label: "target log likelihood" }],
      xLabel: "pixels of the context",
      missing: null,
    },
  );
}

function celebaTable(): TableView {
  const ranges = unique(paperCelebA.figures.map(({ context }) => rangeName(context)));
  const models = unique(paperCelebA.figures.map(({ model }) => model));
  const of = (range: string) => paperCelebA.figures.filter(({ context }) => rangeName(context) === range);
  const rows = models.map((model) => ({
    label: modelLabel(model),
    cells: ranges.map((range) => {
      const one = of(range).find((figure) => figure.model === model);
      const best = Math.max(...of(range).map(({ target }) => target ?? -Infinity));
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
      `Other images, three values a pixel (ceiling ${(3 * VALUE_CEILING).toFixed(3)}) and a training of ` +
      "other length: nothing to compare with runs on digits.",
      paperCelebA.source,
    ],
  };
}

const named = ({ model, target }: ProcessScores) => `${modelLabel(model)} ${target.toFixed(3)}`;

function verdict(records: readonly ProcessRecord[]): string {
  const lines = comparable(scoresOf(records)).map((own) => {
    const [best, ...others] = own as [ProcessScores, ...ProcessScores[]];
    const place = placeOf(best.runs);
    const gain = best.target - (place ?? 0);
    const side = `${Math.abs(gain).toFixed(3)} ${gain < 0 ? "below" : "above"}`;
    const near = others.filter(({ target, error }) => best.target - target <= Math.hypot(best.error, error));
    const far = others.filter((score) => !near.includes(score));
    return [
      `${rangeName(best.context)}, ${best.steps} steps: the best is ${named(best)}`,
      ...place === undefined ? [] : [`${side} each place's own normal`],
      ...near.length > 0 ? [`within the spread of ${near.map(named).join(", ")}`] : [],
      ...far.length > 0 ? [`ahead of ${far.map(named).join(", ")}`] : [],
    ].join(", ") + ".";
  });
  return [...lines, celebaVerdict()].map((line) => `- ${line}`).join("\n");
}

/** What the authors' own figures say of inducing points. */
function celebaVerdict(): string {
  const of = (model: string, range: string) =>
    paperCelebA.figures.find((one) => one.model === model && rangeName(one.context) === range)?.target;
  const ranges = unique(paperCelebA.figures.map(({ context }) => rangeName(context)));
  const compared = ranges.filter((range) => of("canp", range) != null && of("ipnp", range) != null);
  const above = compared.filter((range) => of("ipnp", range)! > of("canp", range)!);
  const below = compared.filter((range) => !above.includes(range));
  const alone = ranges.filter((range) => of("canp", range) == null && of("ipnp", range) != null);
  return `CelebA, the authors' figures: IPNP is above CANP at ${above.join(", ")}, below it at ` +
    `${below.join(", ")}, and at ${alone.join(", ")} only the models with inducing points fit in memory.`;
}

/** The paper's pictures are not here, so its claim is not tried: what digits say is in the verdict. */
const answerOf = (records: readonly ProcessRecord[]): Answer | undefined =>
  records.some(({ data }) => data.name.startsWith("celeba")) ? undefined : {
    word: "not tried at this size",
    why:
      "The paper has CelebA, which needs a download that is not open to all; digits of 8 by 8 pixels stand in here.",
    authors: celebaVerdict().replace("CelebA, the authors' figures: ", ""),
  };

export function imageReport(all: readonly RunRecord[]): Report {
  const records = recordsOf<ProcessRecord>(all, "images");
  return {
    tables: { scores: table(records), celeba: celebaTable() },
    figures: present({ ranges: records.length > 0 && rangeFigure(records) }),
    verdict: verdict(records),
    answer: answerOf(records),
  };
}
