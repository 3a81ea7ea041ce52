import { imageGrid, type PictureRow, rangeCurves } from "../../plots/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { modelLabel, rangeName } from "../gp/gp_scores.ts";
import { type Completion, completions, SIGMA_RANGE } from "./images_completion.ts";
import { imageScores } from "./images_tables.ts";
import type { TrainedImages } from "./images_trained.ts";

/** Log likelihood by context range, of the longest trainings among the records. */
export function imageFigure(records: readonly RunRecord[]) {
  const steps = Math.max(...records.map((record) => record.steps));
  const scores = imageScores(records.filter((record) => record.steps === steps));
  return rangeCurves(
    scores.map(({ model, context, target, error }) => ({
      panel: "target",
      series: model,
      range: rangeName(context),
      mean: target,
      deviation: Number.isFinite(error) ? error : 0,
      source: "ours" as const,
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

/**
 * A figure for each image: its known pixels, what every model makes of them with its uncertainty, and the truth, in a
 * column for each number of known pixels.
 *
 * @param images their places among the images for evaluation, which no model was trained on
 */
export async function completionFigures(
  { data, models }: TrainedImages,
  { images, counts, seed }: { images: readonly number[]; counts: readonly number[]; seed: number },
) {
  const byModel: { label: string; completed: Completion[][] }[] = [];
  for (const { process, recipe } of models) {
    const completed = await completions(process, data.evaluation, images, counts, seed);
    byModel.push({ label: modelLabel(recipe.model), completed });
  }
  return images.map((image, at) => {
    const row = (title: string, own: Completion[], part: "context" | "mean" | "sigma" | "truth") =>
      ({ title, pictures: own.map((completion) => completion[part]) }) satisfies PictureRow;
    const first = byModel[0]!.completed[at]!;
    const rows = [
      row("known pixels", first, "context"),
      ...byModel.flatMap(({ label, completed }) => [
        row(`${label}, mean`, completed[at]!, "mean"),
        row(`${label}, sigma`, completed[at]!, "sigma"),
      ]),
      row("truth", first, "truth"),
    ];
    return imageGrid(rows, {
      title: `Image ${image} of those for evaluation`,
      subtitle: `blue: not known; sigma: ${SIGMA_RANGE[0]} is black, ${SIGMA_RANGE[1]} white`,
      columns: counts.map((count) => `${count} pixels`),
      size: 72,
    });
  });
}
