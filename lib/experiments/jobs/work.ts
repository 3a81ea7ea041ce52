/** How much a training step does, by closed formulas: no program is compiled for it. */
import type { CountRanges } from "../../data/gp/counts.ts";
import type { TableModelConfig } from "../../models/table/mod.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { scoreEntries } from "../large_contexts/process_cost_estimate.ts";

export interface Work {
  /** Multiply-adds of the forward pass. */
  products: number;
  /** Numbers that the forward pass leaves for the gradient. */
  kept: number;
}

/** One attention block: B times nq queries of nk keys, of these widths. */
interface Block {
  b: number;
  nq: number;
  nk: number;
  q: number;
  kv: number;
  width: number;
}

const block = (b: number, nq: number, nk: number, width: number, q = width, kv = width): Block => ({
  b,
  nq,
  nk,
  q,
  kv,
  width,
});

/** Reference section 1.11: queries, keys and values, mixing, residual, scores and values, row-wise network. */
function blockWork({ b, nq, nk, q, kv, width: w }: Block, heads: number): Work {
  return {
    products: b * (nq * (2 * q * w + w * w + 8 * w * w) + 2 * nk * kv * w + 2 * nq * nk * w),
    kept: b * (2 * heads * nq * nk + 2 * nk * w + nq * (q + 13 * w)),
  };
}

/** The blocks of a model on n rows of d columns. */
function blocksOf(
  { model, embedding: e, depth, h, f, ...config }: TableModelConfig,
  n: number,
  d: number,
): Block[] {
  const row = d * e;
  const latent = f * e;
  const times = (count: number, blocks: Block[]) => Array.from({ length: count }, () => blocks).flat();
  const abla = config.abla ? [block(n, f, f, e)] : [];
  const flat = block(1, n, h, row, row, latent);
  switch (model) {
    case "spin":
      return [
        ...times(depth / 2, [block(n, f, d, e), ...abla, block(1, h, n, latent)]),
        ...(config.decoderBoth ? [block(n, d, f, e)] : []),
        config.predictor === "flat" ? flat : block(1, n * d, h * f, e),
      ];
    case "npt":
      return times(depth / 2, [block(1, n, n, row), block(n, d, d, e)]);
    case "set-transformer":
      return times(depth / 2, [
        block(1, h, n, row),
        block(1, n, h, row),
        block(n, f, d, e),
        block(n, d, f, e),
      ]);
    case "only-aba":
      return times(depth, [block(n, d, d, e)]);
    case "only-abd":
      return times(depth, [block(1, n, n, row)]);
    case "perceiver-d":
      return [
        ...times(Math.ceil(depth / 2), [block(1, h, n, latent, latent, row)]),
        ...(config.abla ? times(Math.floor(depth / 2), [block(h, f, f, e)]) : []),
        flat,
      ];
    case "perceiver-e":
      return [...times(depth, [block(n, f, d, e), ...abla]), block(n, d, f, e)];
  }
}

/** A table model on a batch of n rows. @param classes of each column, 1 for a number */
export function tableWork(config: TableModelConfig, n: number, classes: readonly number[]): Work {
  const cells = classes.reduce((sum, count) => sum + count + 1, 0);
  const ends = { products: 2 * n * cells * config.embedding, kept: 2 * n * cells };
  return blocksOf(config, n, classes.length).map((one) => blockWork(one, config.heads))
    .reduce((a, b) => ({ products: a.products + b.products, kept: a.kept + b.kept }), ends);
}

/** What of a neural process a plan knows. */
export interface ProcessShape {
  recipe: ProcessRecipe;
  ranges: CountRanges;
  batch: number;
  /** Points of a task, where every point beyond the context is a target. */
  all?: number;
}

/** Heads of the attentions; TNP-D's four change little. */
const HEADS = 8;

/**
 * A neural process on tasks of so many points: every weight meets every point once, and scores come on top. Latent samples
 * and bootstraps are passes of their own.
 */
export function processWork(
  { recipe: { model, dims, induce, samples }, batch }: ProcessShape,
  { context, targets }: { context: number; targets: number },
  parameters: number,
): Work {
  const scores = scoreEntries(model, {
    context,
    targets,
    induce: induce ?? 0,
    samples,
    batch,
    width: dims.dimHid,
  });
  const points = context + targets;
  const passes = model === "bnp" || model === "banp" ? samples + 1 : 1;
  return {
    products: batch * (passes * points * parameters + 2 * scores * dims.dimHid),
    kept: batch * (passes * points * parameters / dims.dimHid + 2 * HEADS * scores),
  };
}
