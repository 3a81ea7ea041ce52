import * as tf from "@tensorflow/tfjs-core";
import { jit } from "../../engine/mod.ts";
import { attentionMap } from "../../plots/mod.ts";
import type { RunIdentity, RunRecord } from "../../results/mod.ts";
import { cellsOf, disposeRows, type Rows, takeRows } from "../../train/table/rows.ts";
import { type AblationRun, ablationRuns, trainAblation } from "../ablation/ablation.ts";
import { BASE } from "../ablation/ablation_settings.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { type Outcome, recorded } from "../record.ts";
import { measuresBySteps } from "./synthetic_attention_figures.ts";

/** What the latents of full SPIN read of a real table: Boston housing, the train rows of its first fold. */
export interface TableAttentionConfig {
  profile: Profile;
  seed: number;
  /** Optimiser steps instead of the profile's; 0 keeps those. */
  steps?: number;
  records?: string;
}

/** Parts of the rows, in the order of their targets. */
const PARTS = 10;

/** The one run of a configuration: full SPIN of the ablation. */
export function tableAttentionRun(config: TableAttentionConfig): AblationRun {
  const [run] = ablationRuns({ ...config, rows: [BASE], folds: 1 });
  const identity: RunIdentity = { ...run!.identity, experiment: "table-attention" };
  return { ...run!, identity };
}

/** Trains SPIN and looks at its attention, unless there is a record; undefined if it was stopped. */
export function runTableAttention(config: TableAttentionConfig): Promise<RunRecord | undefined> {
  const run = tableAttentionRun(config);
  return recorded(config.records ?? LOCAL_RECORDS, run.identity, () => execute(run));
}

async function execute(run: AblationRun): Promise<Outcome | undefined> {
  const { table, fold, fitted } = await trainAblation(run, { label: "SPIN on Boston housing" });
  const { model } = fitted;
  const numeric = table.columns.filter(({ kind }) => kind === "numeric");
  const target = numeric.findIndex((column) => column.target);
  const valueOf = (row: number) => table.values[row * numeric.length + target]!;
  const sorted = fold.train.slice().sort((a, b) => valueOf(a) - valueOf(b));
  const rows = takeRows(table, sorted);
  const look = jit((given: Rows) =>
    model.attention!(cellsOf(model.layout, given)).map((weights) => tf.squeeze(tf.mean(weights, 1), [0]))
  );
  try {
    if (fitted.stopped) return undefined;
    const metrics: Record<string, number> = {};
    const blocks = look(rows);
    for (const [block, weights] of blocks.entries()) {
      Object.assign(metrics, measuresOf(await weights.array() as number[][], block + 1));
    }
    tf.dispose(blocks);
    return {
      metrics,
      seconds: fitted.seconds,
      steps: fitted.steps,
      parameters: model.parameters.reduce((sum, { count }) => sum + count, 0),
      compiledBytes: fitted.memory?.peak ?? null,
    };
  } finally {
    look.dispose();
    disposeRows(rows);
    fitted.dispose();
  }
}

/** Of one block: shares by parts, relative to even ones, and where in the order of targets each latent looks, 0 to 1. */
function measuresOf(weights: number[][], block: number): Record<string, number> {
  const measures: Record<string, number> = {};
  weights.forEach((shares, latent) => {
    const n = shares.length;
    const parts = new Array<number>(PARTS).fill(0);
    const counts = new Array<number>(PARTS).fill(0);
    let centre = 0;
    shares.forEach((share, row) => {
      const part = Math.floor(PARTS * row / n);
      parts[part]! += share;
      counts[part]!++;
      centre += share * (row + 0.5) / n;
    });
    parts.forEach((share, part) => {
      measures[`map ${latent + 1} ${part}@${block}`] = Number((share * n / counts[part]!).toPrecision(4));
    });
    measures[`centre ${latent + 1}@${block}`] = centre;
  });
  return measures;
}

/** Shares by block, latent and part of the rows. */
function blocksOf(record: RunRecord): { block: number; shares: number[][]; centres: number[] }[] {
  const measured = measuresBySteps(record);
  return [...Map.groupBy(measured, ([, block]) => block)].map(([block, own]) => {
    const shares: number[][] = [];
    const centres: number[] = [];
    for (const [name, , value] of own) {
      const [kind, latent, part] = name.split(" ");
      if (kind === "centre") centres[Number(latent) - 1] = value;
      else (shares[Number(latent) - 1] ??= [])[Number(part)] = value;
    }
    return { block, shares, centres };
  });
}

/** Latents against rows in the order of their targets, a panel for each XABD. */
export function tableAttentionFigure(record: RunRecord) {
  return attentionMap(
    blocksOf(record).map(({ block, shares }) => ({ title: `XABD ${block}`, shares })),
    {
      title: "What SPIN's latents read of Boston housing",
      subtitle: `train rows of fold 0, labels shown; mean over heads, seed ${record.seed}`,
      stretches: ["lowest prices", "", "", "", "highest prices"],
      xLabel: "rows in the order of their target",
      row: 16,
    },
  );
}

/** In words, made from the record. */
export function tableAttentionVerdict(record: RunRecord): string {
  return blocksOf(record).map(({ block, shares, centres }) => {
    const all = shares.flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return `- XABD ${block} of SPIN on Boston housing: tenths of the rows get from ${low.toFixed(2)} to ${
      high.toFixed(2)
    } of an even share; the latents' centres in the order of prices lie between ${
      Math.min(...centres).toFixed(2)
    } and ${Math.max(...centres).toFixed(2)} (0.50 is even).`;
  }).join("\n");
}
