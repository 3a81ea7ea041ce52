import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable, RawOutputs } from "../../data/mod.ts";
import { type Compiled, free, jit, tensorSpec } from "../../engine/mod.ts";
import { type Cells, hideCells, meanOutputs, type Outputs, type TableModel } from "../../models/table/mod.ts";
import type { Recipe } from "./recipe.ts";
import { cellsOf, type Rows, stackCells, takeRows, targetMask } from "./rows.ts";

/** Predicts the targets of rows that a model has not been trained on. */
export interface Predictor {
  /** Query rows per program. */
  readonly chunk: number;
  /** Takes what the model keeps of its training rows; to be called after the weights have changed. */
  update(): void;
  /** Compiles its programs on other threads. */
  prepare(table: EncodedTable): Promise<void>;
  /** What it took at the last update, the latents of each member; still its own, so not to be disposed of. */
  kept(): Rows | tf.Tensor3D[] | null;
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
  /** Latents [1, h, f·e] of each member, kept from an earlier training, in place of the training rows (`retain`); taken over. */
  latents?: tf.Tensor3D[];
  /** Query rows per program: the number of rows is padded to a multiple of it. */
  chunk: number;
}

/** What is passed from training to prediction (`forward` of `npt/model/npt.py`). */
export type Keeps = "latents" | "rows" | "nothing";

export function keepsOf(model: TableModel, { inference }: Pick<Recipe, "inference">): Keeps {
  if (model.members) return keepsOf(model.members[0]!, { inference });
  if (model.encode && model.predict) return inference === "retain" ? "latents" : "nothing";
  return model.rowsAlone ? "nothing" : "rows";
}

/** What one member of a model does; a model that is no ensemble is its only one. */
interface Reader {
  encode: Compiled<[Rows], tf.Tensor3D>;
  run: Compiled<[Rows, Rows | tf.Tensor3D | null], Outputs>;
}

/** The programs of a model, of which `keepsOf` says what it keeps. */
function createReader(
  model: TableModel,
  recipe: PredictorOptions["recipe"],
  keeps: Keeps,
  target: tf.Tensor2D,
): Reader {
  const { layout } = model;
  const hidden = (rows: Rows, cells: Cells): Cells =>
    hideCells(layout, cells, tf.tile(target, [rows.missing.shape[0], 1]));
  const contextCells = (rows: Rows): Cells => {
    const cells = cellsOf(layout, rows);
    // Labels that no training step has shown would be inputs of a kind that the model does not know.
    return recipe.labelMask < 1 || model.leaveOneOut ? cells : hidden(rows, cells);
  };
  const answer = (query: Cells, kept: Rows | tf.Tensor3D | null): Outputs => {
    if (keeps === "latents") return model.predict!(query, kept as tf.Tensor3D);
    if (keeps === "nothing") return model.forward(query, { encode: recipe.inference === "recompute" });
    const before = contextCells(kept as Rows);
    const skip = before.mask.shape[0];
    const { values, logits } = model.forward(stackCells(before, query));
    const below = <T extends tf.Tensor>(x: T): T =>
      tf.slice(x, [skip, ...x.shape.slice(1).map(() => 0)], [-1, ...x.shape.slice(1)]) as T;
    return { values: below(values), logits: below(logits) };
  };
  return {
    encode: jit((rows: Rows): tf.Tensor3D => tf.clone(model.encode!(contextCells(rows)))),
    run: jit((rows, kept) => {
      const { values, logits } = answer(hidden(rows, cellsOf(layout, rows)), kept);
      return { values, logits };
    }),
  };
}

/** Prediction for the model's own kind and the recipe's mode of inference; of an ensemble, the mean of its members. */
export function createPredictor(options: PredictorOptions): Predictor {
  const { model, recipe, context, contextRows, chunk } = options;
  const { layout } = model;
  const keeps = keepsOf(model, recipe);
  const target = targetMask(context.columns);
  const readers = (model.members ?? [model]).map((member) => createReader(member, recipe, keeps, target));
  // With recompute, the query rows see each other, so they must be in one batch.
  const together = keeps === "nothing" && recipe.inference === "recompute" && model.latents !== undefined;
  const mean = jit((...outputs: Outputs[]) => {
    const { values, logits } = meanOutputs(outputs);
    return { values, logits };
  });

  const trainRows = keeps === "nothing" || options.latents ? undefined : takeRows(context, contextRows);
  let latents = options.latents ?? [];
  const keptBy = (i: number) => keeps === "latents" ? latents[i]! : trainRows ?? null;
  return {
    chunk,
    update() {
      if (keeps !== "latents" || !trainRows) return;
      tf.dispose(latents);
      latents = readers.map(({ encode }) => encode(trainRows));
    },
    kept: () => keeps === "latents" ? latents : trainRows ?? null,
    async prepare(table) {
      if (together) return;
      // Members have equal programs: those of the first are stored for the others.
      const [{ encode, run }] = readers as [Reader];
      const like = tensorSpec([1, ...model.latents ?? []]) as unknown as tf.Tensor3D;
      const rows = takeRows(table, new Int32Array(chunk));
      try {
        await Promise.all([
          run.prepare(rows, keeps === "latents" ? like : trainRows ?? null),
          keeps === "latents" && trainRows ? encode.prepare(trainRows) : undefined,
        ]);
      } finally {
        free(rows);
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
        const each = readers.map(({ run }, i) => run(input, keptBy(i)));
        const result = each.length === 1 ? each[0]! : mean(...each);
        const [values, logits] = await Promise.all([result.values.data(), result.logits.data()]);
        out.values.set(values.subarray(0, part.length * dn), start * dn);
        out.logits.set(logits.subarray(0, part.length * dc * layout.width), start * dc * layout.width);
        free(result, each, input);
      }
      return out;
    },
    dispose() {
      for (const { encode, run } of readers) {
        encode.dispose();
        run.dispose();
      }
      mean.dispose();
      free(latents, trainRows, target);
    },
  };
}
