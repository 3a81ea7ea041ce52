import { DEFAULT_OPTIMIZER } from "../train/optimizer.ts";
import { completeRecipe, type Recipe } from "../train/recipe.ts";

/** The models that a table of one's own can be given to. */
export const TABLE_MODELS = ["spin", "npt", "set-transformer"] as const;
export type TableModelName = (typeof TABLE_MODELS)[number];

const BATCH = 128;
/** Cells per batch: wide tables get fewer rows at once, so that a step costs about the same. */
const CELLS = 16_384;
const FEWEST_ROWS = 16;
const STEPS = 600;
/** Rows from which on more steps are taken. */
const MANY_ROWS = 1000;
const MOST_STEPS = 3000;
const EMBEDDING = 32;
/** Width d·e of a row up to which the models with (d·e)² weights keep the embedding; beyond it becomes narrower. */
const ROW_WIDTH = 1024;
const HEADS = 4;

/**
 * A recipe that needs no tuning, chosen on validation rows of small UCI tables: small batches whose rows are context and
 * query at once, half of the labels visible, short training at a high rate. About half a minute for 1,000 rows of 10
 * columns on two cores.
 *
 * - batches of min(n, 128, 16384 / d) rows, but no fewer than 16
 * - 600 steps, growing with the square root of n above 1,000 rows to at most 3,000
 * - NPT and Set Transformer, which have (d·e)² weights: e shrinks from 32 so that d·e stays at about 1,024
 *
 * @param rows n, the rows to train on
 * @param columns d, the target included
 */
export function defaultRecipe(model: TableModelName, rows: number, columns: number, seed: number): Recipe {
  const batch = Math.min(BATCH, Math.max(FEWEST_ROWS, Math.floor(CELLS / columns)));
  const steps = Math.min(MOST_STEPS, Math.round(STEPS * Math.sqrt(Math.max(1, rows / MANY_ROWS))));
  const narrow = Math.max(HEADS, HEADS * Math.floor(ROW_WIDTH / columns / HEADS));
  const isSpin = model === "spin";
  return completeRecipe({
    model: {
      model,
      embedding: isSpin ? EMBEDDING : Math.min(EMBEDDING, narrow),
      heads: HEADS,
      depth: 2,
      h: 10,
      f: Math.min(8, columns),
      decoderBoth: isSpin,
      predictor: isSpin ? "nested" : "flat",
    },
    optimizer: DEFAULT_OPTIMIZER,
    steps,
    learningRate: 3e-3,
    flatShare: 0.5,
    tradeoff: 0.5,
    featureMask: 0.15,
    labelMask: 0.5,
    batchSize: batch >= rows ? -1 : batch,
    transductive: false,
    evaluateEvery: Math.max(1, Math.round(steps / 12)),
    seed,
  });
}
