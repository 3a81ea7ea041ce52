import { attentionMap, learningCurves } from "../../plots/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { UserError } from "../../errors.ts";

const titleOf = ({ model, seed }: RunRecord): string => `${model}, seed ${seed}`;

/** The measures of a record that are taken at steps, as [name, step, value]. */
export function measuresBySteps({ metrics }: RunRecord): [string, number, number][] {
  return Object.entries(metrics).flatMap(([key, value]) => {
    const at = key.lastIndexOf("@");
    return at < 0 || value === null ? [] : [[key.slice(0, at), Number(key.slice(at + 1)), value]];
  });
}

/** What is kept of a look: shares by latent and part of the rows, relative to even ones. */
type Kept = { step: number; shares: number[][] };

/** Kept maps; without them, at the start, halfway and at the end, what each latent reads of either cluster as a whole. */
function mapsOf(record: RunRecord): Kept[] {
  const measured = measuresBySteps(record);
  const looks = (
    pattern: RegExp,
    place: (found: RegExpExecArray, share: number) => [number, number, number][],
  ) => {
    const maps = new Map<number, number[][]>();
    for (const [name, step, share] of measured) {
      const found = pattern.exec(name);
      if (!found) continue;
      const shares = maps.get(step) ?? [];
      maps.set(step, shares);
      for (const [latent, part, value] of place(found, share)) (shares[latent] ??= [])[part] = value;
    }
    return [...maps].map(([step, shares]) => ({ step, shares }));
  };
  const maps = looks(
    /^map (\d+) (\d+)$/,
    ([, latent, part], share) => [[Number(latent) - 1, Number(part), share]],
  );
  if (maps.length > 0) return maps;
  const whole = looks(/^latent (\d+)$/, ([, latent], share) => [
    [Number(latent) - 1, 0, 2 * share],
    [Number(latent) - 1, 1, 2 * (1 - share)],
  ]);
  return whole.length > 3 ? [whole[0]!, whole[whole.length >> 1]!, whole.at(-1)!] : whole;
}

/**
 * The attention of each latent over the rows, sorted by cluster, at the start, halfway and at the end of a training.
 *
 * @throws UserError for a record of more latents than are kept apart.
 */
export function attentionFigure(record: RunRecord) {
  const maps = mapsOf(record);
  if (maps.length === 0) throw new UserError(`${titleOf(record)}: expected a map of attention, found none`);
  const each = maps[0]!.shares[0]!.length / 2;
  return attentionMap(maps.map(({ step, shares }) => ({ title: `step ${step}`, shares })), {
    title: `What the latents read: ${titleOf(record)}`,
    subtitle: `softmax weights of XABD before dropout; ${
      each === 1 ? "clusters as wholes" : `${each} parts of each cluster's rows`
    }`,
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
    yLabel: "share of attention",
    rules: [
      { y: 0, label: "cluster 2 alone" },
      { y: 0.5, label: "both alike" },
      { y: 1, label: "cluster 1 alone" },
    ],
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
