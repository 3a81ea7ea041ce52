import { paperCelebA } from "../../data/paper.ts";
import type { RunRecord } from "../../results/mod.ts";
import { modelLabel, rangeName, unique } from "../gp/gp_scores.ts";
import { type ImageScore, imageScores } from "./images_tables.ts";

const named = ({ model, target }: ImageScore) => `${modelLabel(model)} ${target.toFixed(3)}`;

/** What the numbers of our runs say, in words made from them. */
export function imageVerdict(records: readonly RunRecord[], baseline: number): string {
  const scores = imageScores(records);
  const groups = Map.groupBy(scores, ({ context, steps }) => `${rangeName(context)}, ${steps} steps`);
  const lines = [...groups].map(([where, own]) => {
    const [best, next] = own as [ImageScore, ...ImageScore[]];
    const gain = best.target - baseline;
    const side = `${Math.abs(gain).toFixed(3)} ${gain < 0 ? "below" : "above"}`;
    const parts = [`${where}: the best is ${named(best)}, ${side} each place's own normal`];
    if (next) {
      const within = best.target - next.target <= Math.hypot(best.error, next.error);
      parts.push(`${within ? "within the spread of" : "ahead of"} ${own.slice(1).map(named).join(", ")}`);
    }
    return parts.join(", ") + ".";
  });
  return lines.map((line) => `- ${line}`).join("\n");
}

/** What the authors' own figures say of inducing points. */
export function celebaVerdict(): string {
  const of = (model: string, range: string) =>
    paperCelebA.figures.find((one) => one.model === model && rangeName(one.context) === range)?.target;
  const ranges = unique(paperCelebA.figures.map(({ context }) => rangeName(context)));
  const compared = ranges.filter((range) => of("canp", range) != null && of("ipnp", range) != null);
  const above = compared.filter((range) => of("ipnp", range)! > of("canp", range)!);
  const below = compared.filter((range) => !above.includes(range));
  const alone = ranges.filter((range) => of("canp", range) == null && of("ipnp", range) != null);
  return `- CelebA, the authors' figures: IPNP is above CANP at ${above.join(", ")}, below it at ${
    below.join(", ")
  }, and at ${alone.join(", ")} only the models with inducing points fit in memory.`;
}
