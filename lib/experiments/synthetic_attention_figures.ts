import { attentionMap, learningCurves } from "../plots/mod.ts";
import type { RunRecord } from "../results/mod.ts";
import { UserError } from "../errors.ts";

const titleOf = ({ model, seed }: RunRecord): string => `${model}, seed ${seed}`;

/** The measures of a record that are taken at steps, as [name, step, value]. */
export function measuresBySteps({ metrics }: RunRecord): [string, number, number][] {
  return Object.entries(metrics).flatMap(([key, value]) => {
    const at = key.lastIndexOf("@");
    return at < 0 || value === null ? [] : [[key.slice(0, at), Number(key.slice(at + 1)), value]];
  });
}

/**
 * The attention of each latent over the rows, sorted by cluster, at the start, halfway and at the end of a training.
 *
 * @throws UserError for a record of more latents than a map is kept of.
 */
export function attentionFigure(record: RunRecord) {
  const cells = measuresBySteps(record).flatMap(([name, step, share]) => {
    const found = /^map (\d+) (\d+)$/.exec(name);
    return found ? [{ latent: Number(found[1]) - 1, part: Number(found[2]), step, share }] : [];
  });
  if (cells.length === 0) throw new UserError(`${titleOf(record)}: expected a map of attention, found none`);
  const panels = [...Map.groupBy(cells, ({ step }) => step)].map(([step, own]) => {
    const shares: number[][] = [];
    for (const { latent, part, share } of own) (shares[latent] ??= [])[part] = share;
    return { title: `step ${step}`, shares };
  });
  const each = panels[0]!.shares[0]!.length / 2;
  return attentionMap(panels, {
    title: `What the latents read: ${titleOf(record)}`,
    subtitle: `softmax weights of XABD before dropout; ${each} parts of each cluster's rows`,
    stretches: ["cluster 1", "cluster 2"],
    xLabel: "rows of the table, sorted by cluster",
  });
}

/** The share of each latent's attention that goes to the first cluster, during a training. */
export function shareFigure(record: RunRecord) {
  const points = measuresBySteps(record).flatMap(([name, step, value]) =>
    name.startsWith("latent ") ? [{ series: name, step, value }] : []
  );
  return learningCurves(points, {
    title: `Attention to cluster 1: ${titleOf(record)}`,
    subtitle: "0.5: both clusters alike; latents that specialise go to 0 and 1",
    yLabel: "share of attention",
    rules: [{ y: 0.5, label: "even" }],
  });
}

/** How differently the latents read, during trainings: the mean over seeds of each variant, thin lines for seeds. */
export function specialisationFigure(records: readonly RunRecord[]) {
  const points = records.flatMap((record) =>
    measuresBySteps(record).flatMap(([name, step, value]) =>
      name === "specialisation" ? [{ series: record.model, seed: record.seed, step, value }] : []
    )
  );
  return learningCurves(points, {
    title: "How differently the latents read",
    subtitle: "total variation distance of their shares by cluster: 0 alike, 1 one cluster each",
    yLabel: "specialisation",
  });
}
