import { paperCelebA, paperGp } from "../data/paper.ts";
import type { PublishedRun } from "./runs.ts";

/** The authors' figures that are known here, as runs beside ours. */
export const publishedRuns = (): PublishedRun[] => [
  ...paperGp.figures.filter(({ metric }) => metric === "target").map(({ context, model, mean }) => ({
    source: "authors" as const,
    experiment: "gp",
    model,
    data: `gp-rbf ctx-${context.join("-")} tar-4-64`,
    metrics: { target: mean },
    note: paperGp.source,
  })),
  ...paperCelebA.figures.map(({ context, model, target }) => ({
    source: "authors" as const,
    experiment: "images",
    model,
    data: `celeba 64x64 ctx-${context.join("-")} tar-all`,
    metrics: { target },
    note: paperCelebA.source,
  })),
];
