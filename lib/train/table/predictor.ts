import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable, RawOutputs } from "../../data/mod.ts";
import { type Compiled, jit, tensorSpec } from "../../engine/mod.ts";
import type { Cells, Outputs, TableModel } from "../../models/table/mod.ts";
import { hideCells } from "./masking.ts";
import type { Recipe } from "./recipe.ts";
import { cellsOf, disposeRows, type Rows, stackCells, takeRows, targetMask } from "./rows.ts";

/** Predicts the targets of rows that a model has not been trained on. */
export interface Predictor {
  /** Query rows per program. */
  readonly chunk: number;
  /**
   * Takes what the model keeps of its training rows: the latents H_D, the rows themselves, or nothing.
   * To be called after the weights have changed.
   */
  update(): void;
  /** Compiles its programs on other threads, while something else is done. */
  prepare(table: EncodedTable): Promise<void>;
  /** What it took at the last update; still its own, so not to be disposed of. */
  kept(): Rows | tf.Tensor3D | null;
  /** Predictions for the rows (all by default) of a table, whose labels are not looked at. */
  predict(table: EncodedTable, rows?: Int32Array): Promise<RawOutputs>;
  dispose(): void;
}

interface PredictorOptions {
  model: TableModel;
  recipe: Pick<Recipe, "inference" | "labelMask">;
  /** The training rows, labels included. */
  context: EncodedTable;
  contextRows?: Int32Array;
  /** Latents [1, h, f·e] kept from an earlier training, in place of the training rows (`retain`); taken over. */
  latents?: tf.Tensor3D;
  /** Query rows per program: the number of rows is padded to a multiple of it. */
  chunk: number;
}

/** How a model's queries are answered. */
type Answer = (query: Cells, kept: Rows | tf.Tensor3D | null) => Outputs;

/** What is passed from training to prediction (`forward` of `npt/model/npt.py`). */
export type Keeps = "latents" | "rows" | "nothing";

/** What a model keeps of its training rows for prediction. */
export function keepsOf(model: TableModel, { inference }: Pick<Recipe, "inference">): Keeps {
  if (model.encode && model.predict) return inference === "retain" ? "latents" : "nothing";
  return model.rowsAlone ? "nothing" : "rows";
}

/** Prediction for the model's own kind and the recipe's mode of inference. */
export function createPredictor(options: PredictorOptions): Predictor {
  const { model, recipe, context, contextRows, chunk } = options;
  const { layout } = model;
  const keeps = keepsOf(model, recipe);
  const target = targetMask(context.columns);
  // With recompute, the query rows see each other, so they must be in one batch.
  const together = keeps === "nothing" && recipe.inference === "recompute" && model.encode !== undefined;

  const contextCells = (rows: Rows): Cells => {
    const cells = cellsOf(layout, rows);
    // Labels that no training step has shown would be inputs of a kind that the model does not know.
    return recipe.labelMask < 1
      ? cells
      : hideCells(layout, cells, tf.tile(target, [rows.missing.shape[0], 1]));
  };
  const answer: Answer = (query, kept) => {
    if (keeps === "latents") return model.predict!(query, kept as tf.Tensor3D);
    if (keeps === "nothing") return model.forward(query, { encode: recipe.inference === "recompute" });
    const before = contextCells(kept as Rows);
    const skip = before.mask.shape[0];
    const { values, logits } = model.forward(stackCells(before, query));
    const below = <T extends tf.Tensor>(x: T): T =>
      tf.slice(x, [skip, ...x.shape.slice(1).map(() => 0)], [-1, ...x.shape.slice(1)]) as T;
    return { values: below(values), logits: below(logits) };
  };
  const encode = jit((rows: Rows): tf.Tensor3D => tf.clone(model.encode!(contextCells(rows))));
  const run: Compiled<[Rows, Rows | tf.Tensor3D | null], { values: tf.Tensor2D; logits: tf.Tensor3D }> = jit(
    (rows, kept) => {
      const hidden = tf.tile(target, [rows.missing.shape[0], 1]);
      return answer(hideCells(layout, cellsOf(layout, rows), hidden), kept);
    },
  );

  const trainRows = keeps === "nothing" || options.latents ? undefined : takeRows(context, contextRows);
  let kept: Rows | tf.Tensor3D | null = options.latents ?? trainRows ?? null;
  const update = () => {
    if (keeps !== "latents" || !trainRows) return;
    if (kept instanceof tf.Tensor) kept.dispose();
    kept = encode(trainRows);
  };
  return {
    chunk,
    update,
    kept: () => kept,
    async prepare(table) {
      if (together) return;
      const latents = tensorSpec([1, ...model.latents ?? []]) as unknown as tf.Tensor3D;
      const rows = takeRows(table, new Int32Array(chunk));
      try {
        await Promise.all([
          run.prepare(rows, keeps === "latents" ? latents : kept),
          keeps === "latents" && trainRows ? encode.prepare(trainRows) : undefined,
        ]);
      } finally {
        disposeRows(rows);
      }
    },
    async predict(table, rows) {
      const wanted = rows ?? Int32Array.from({ length: table.rows }, (_, i) => i);
      const size = together ? wanted.length : chunk;
      const dn = layout.numeric.length;
      const dc = layout.categorical.length;
      const out = {
        values: new Float32Array(wanted.length * dn),
        logits: new Float32Array(wanted.length * dc * layout.width),
      };
      for (let start = 0; start < wanted.length; start += size) {
        const part = wanted.subarray(start, start + size);
        // Rows may see each other (NPT), so the filling repeats all of them and not one alone.
        const padded = Int32Array.from({ length: size }, (_, i) => part[i % part.length]!);
        const input = takeRows(table, padded);
        const result = run(input, kept);
        const [values, logits] = await Promise.all([result.values.data(), result.logits.data()]);
        out.values.set(values.subarray(0, part.length * dn), start * dn);
        out.logits.set(logits.subarray(0, part.length * dc * layout.width), start * dc * layout.width);
        tf.dispose([result.values, result.logits]);
        disposeRows(input);
      }
      return out;
    },
    dispose() {
      encode.dispose();
      run.dispose();
      if (kept instanceof tf.Tensor) kept.dispose();
      if (trainRows) disposeRows(trainRows);
      target.dispose();
    },
  };
}
