/** What the latents of full SPIN read of a real table: Boston housing, the train rows of its first fold. */
import * as tf from "@tensorflow/tfjs-core";
import { free, jit } from "../../engine/mod.ts";
import { attentionMap, type Figure } from "../../plots/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { cellsOf, type Rows, takeRows } from "../../train/table/rows.ts";
import { ablationRun, trainAblation } from "../ablation/run.ts";
import { ablationRows, ablationSettings, BASE } from "../ablation/settings.ts";
import {
  changed,
  type ExecuteOptions,
  type Experiment,
  type Outcome,
  present,
  recordsOf,
  type Report,
  type Run,
  runOf,
  type Settings,
} from "../experiment.ts";
import { trainingCosts } from "../table_run.ts";
import { rounded } from "./step.ts";

interface TableAttentionSettings extends Settings {
  seed: number;
  /** Optimiser steps; 0 for those of the ablation. */
  steps: number;
}

/**
 * Of each XABD: `map` [latents][parts of the rows] attention beside an even one, rows in the order of their targets;
 * where in that order each latent reads on average, 0 to 1.
 */
export type TableAttentionDetails = { blocks: { map: number[][]; centres: number[] }[] };

const PARTS = 10;

/** The one run: full SPIN of the ablation. */
function runs({ profile, seed, steps }: TableAttentionSettings): Run<TableAttentionDetails>[] {
  const base = ablationRows(profile).find(({ name }) => name === BASE)!;
  const { recipe, known } = ablationRun(base, 0, ablationSettings(profile, { seed, steps }));
  return [runOf({
    ...known,
    experiment: "table-attention",
    words: [known.data, `seed${seed}`],
    execute: (options) => execute(recipe, options),
  })];
}

async function execute(
  recipe: Recipe,
  options: ExecuteOptions,
): Promise<Outcome<TableAttentionDetails> | undefined> {
  const { table, fold, fitted } = await trainAblation(recipe, 0, options);
  const { model } = fitted;
  const numeric = table.columns.filter(({ kind }) => kind === "numeric");
  const target = numeric.findIndex((column) => column.target);
  const valueOf = (row: number) => table.values[row * numeric.length + target]!;
  const sorted = fold.train.slice().sort((a, b) => valueOf(a) - valueOf(b));
  const rows = takeRows(table, sorted);
  const attention = jit((given: Rows) =>
    model.attention!(cellsOf(model.layout, given)).map((weights) => tf.squeeze(tf.mean(weights, 1), [0]))
  );
  try {
    if (fitted.stopped) return undefined;
    const weights = attention(rows);
    const blocks = await Promise.all(weights.map(async (one) => blockOf(await one.array() as number[][])));
    tf.dispose(weights);
    return { metrics: {}, ...trainingCosts(fitted), details: { blocks } };
  } finally {
    attention.dispose();
    free(rows);
    fitted.dispose();
  }
}

/** @param weights [latents][rows in the order of their targets] */
function blockOf(weights: number[][]): TableAttentionDetails["blocks"][number] {
  const map = weights.map((shares) => {
    const parts = Array.from({ length: PARTS }, () => ({ share: 0, rows: 0 }));
    shares.forEach((share, row) => {
      const part = parts[Math.floor(PARTS * row / shares.length)]!;
      part.share += share;
      part.rows++;
    });
    return parts.map(({ share, rows }) => rounded(share * shares.length / rows));
  });
  const centres = weights.map((shares) =>
    shares.reduce((centre, share, row) => centre + share * (row + 0.5) / shares.length, 0)
  );
  return { map, centres };
}

/** Latents against rows in the order of their targets, a panel for each XABD. */
const mapFigure = ({ details, seed }: RunRecord<TableAttentionDetails>): Figure =>
  attentionMap(details.blocks.map(({ map }, i) => ({ title: `XABD ${i + 1}`, shares: map })), {
    title: "What SPIN's latents read of Boston housing",
    subtitle: `train rows of fold 0, labels shown; mean over heads, seed ${seed}`,
    stretches: ["lowest prices", "", "", "", "highest prices"],
    xLabel: "rows in the order of their target",
    row: 16,
  });

const verdictOf = ({ details }: RunRecord<TableAttentionDetails>): string =>
  details.blocks.map(({ map, centres }, i) => {
    const range = (values: number[], to: string): string =>
      `${Math.min(...values).toFixed(2)} ${to} ${Math.max(...values).toFixed(2)}`;
    return `- XABD ${i + 1} of SPIN on Boston housing: tenths of the rows get from ` +
      `${range(map.flat(), "to")} of an even share; the latents' centres in the order of prices lie ` +
      `between ${range(centres, "and")} (0.50 is even).`;
  }).join("\n");

function report(records: readonly RunRecord[]): Report {
  const [record] = recordsOf<RunRecord<TableAttentionDetails>>(records, "table-attention");
  return {
    tables: {},
    figures: present({ attention: record && mapFigure(record) }),
    verdict: record ? verdictOf(record) : "",
  };
}

export const tableAttention: Experiment<TableAttentionSettings, TableAttentionDetails> = {
  name: "table-attention",
  notebook: "09_synthetic_attention",
  settings: (profile, changes) => changed<TableAttentionSettings>({ profile, seed: 42, steps: 0 }, changes),
  runs,
  report,
  changesOf: ({ seed, steps }) => ({ seed, steps }),
};
