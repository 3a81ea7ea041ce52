import { DEFAULT_OPTIMIZER } from "../train/optimizer.ts";
import { completeRecipe, type Recipe } from "../train/table/recipe.ts";

/**
 * The models that a table of one's own can be given to, the default first. `spin-context` is SPIN as this workspace would
 * have it: numbers enter by bins, labels are read from the context, and a few members are averaged. `spin` is the
 * reference's model.
 */
export const TABLE_MODELS = ["spin-context", "spin", "npt", "set-transformer"] as const;
export type TableModelName = (typeof TABLE_MODELS)[number];

const BATCH = 128;
/** Cells per batch: wide tables get fewer rows at once, so that a step costs about the same. */
const CELLS = 16_384;
const FEWEST_ROWS = 16;
const STEPS = 600;
const EVALUATIONS = 12;
/** Rows from which on more steps are taken. */
const MANY_ROWS = 1000;
const MOST_STEPS = 3000;
const WIDTHS = [32, 16, 8, 4, 2];
/** Of `spin-context`: cells per batch, and the fewest rows, for a readout of e + 1 coefficients. */
const CONTEXT_CELLS = 2048;
const FEWEST_CONTEXT_ROWS = 64;
/** What makes SPIN `spin-context`. */
export const CONTEXT_MODEL = { bins: 16, readout: "context" } as const;
const CONTEXT_STEPS = 1000;
const CONTEXT_EVALUATIONS = 20;
/** Half of the evaluations. */
const CONTEXT_PATIENCE = CONTEXT_EVALUATIONS / 2;
/** Steps of all members together: several trainings of a small table cost as much as one of a large one. */
const MEMBER_STEPS = 3000;
/** Width d·e of a row that the models with (d·e)² weights are kept below, if the least width e allows it. */
const ROW_WIDTH = 512;

/**
 * A recipe that needs no tuning: small batches whose rows are context and query at once, half of the labels visible,
 * short training at a high rate without dropout or feature masks, which in hundreds of steps only cost accuracy; the
 * weights that did best on the validation rows are kept. Less than a minute for 1,000 rows of 10 columns on two
 * cores.
 *
 * - batches of min(n, 128, 16384 / d) rows, but no fewer than 16
 * - 600 steps, growing with the square root of n above 1,000 rows to at most 3,000
 * - NPT and Set Transformer, which have (d·e)² weights: e is halved from 32 to no less than 2 until d·e is at
 *   most 512
 * - SPIN with 4 latent attributes: with 8, validation errors on Boston, concrete, yacht and energy were no lower, at twice the
 *   memory
 * - `spin-context`: batches of min(n, 128, 2048 / d) rows, but no fewer than 64; 1,000 steps, growing likewise, and as
 *   many members as make 3,000 steps together, fewer if half of the 20 evaluations in a row find no better weights; 16
 *   bins; chosen on the validation rows of fold 1 of Boston, concrete,
 *   energy, yacht, wine and breast cancer
 *
 * @param rows n, the rows to train on
 * @param columns d, the target included
 */
export function defaultRecipe(model: TableModelName, rows: number, columns: number, seed: number): Recipe {
  const context = model === "spin-context";
  const [cells, fewest] = context ? [CONTEXT_CELLS, FEWEST_CONTEXT_ROWS] : [CELLS, FEWEST_ROWS];
  const batch = Math.min(BATCH, Math.max(fewest, Math.floor(cells / columns)));
  const fewestSteps = context ? CONTEXT_STEPS : STEPS;
  const steps = Math.min(MOST_STEPS, Math.round(fewestSteps * Math.sqrt(Math.max(1, rows / MANY_ROWS))));
  const isSpin = context || model === "spin";
  const embedding = WIDTHS.find((e) => isSpin || e * columns <= ROW_WIDTH) ?? WIDTHS.at(-1)!;
  return completeRecipe({
    model: {
      model: context ? "spin" : model,
      embedding,
      heads: Math.min(4, embedding),
      depth: 2,
      h: 10,
      f: Math.min(4, columns),
      decoderBoth: isSpin,
      predictor: isSpin ? "nested" : "flat",
      hiddenDropout: 0,
      attentionDropout: 0,
      ...context ? CONTEXT_MODEL : {},
    },
    optimizer: DEFAULT_OPTIMIZER,
    steps,
    learningRate: 1e-2,
    flatShare: 0.5,
    tradeoff: 0,
    featureMask: 0,
    labelMask: 0.5,
    batchSize: batch >= rows ? -1 : batch,
    transductive: false,
    evaluateEvery: Math.max(1, Math.round(steps / (context ? CONTEXT_EVALUATIONS : EVALUATIONS))),
    ...context ? { members: Math.max(1, Math.floor(MEMBER_STEPS / steps)), patience: CONTEXT_PATIENCE } : {},
    seed,
  });
}

/** What a recipe's model is called among `TABLE_MODELS`. */
export const tableModelName = ({ model = "spin", readout }: Recipe["model"]): string =>
  model === "spin" && readout === CONTEXT_MODEL.readout ? "spin-context" : model;

/** The same, and how many members are averaged. */
export function describeModel({ model, members = 1 }: Recipe): string {
  const name = tableModelName(model);
  return members > 1 ? `${name}, ${members} members` : name;
}
