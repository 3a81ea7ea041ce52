import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { type ColumnLayout, layoutOf } from "../models/table/columns.ts";
import { maskCells, type MaskDraws, maskRows } from "../train/table/masking.ts";
import { field, fixture, type GoldenCase, namesAfter } from "./case.ts";
import { columnOf, placeOf, readCells, splitCells } from "./columns.ts";
import type { Produced } from "./compare.ts";
import { computeNamed } from "./compute.ts";
import { parameterTensor } from "./parameters.ts";

interface MaskArguments {
  mask_prob: number;
  model_bert_mask_percentage: number;
}

/** Masking of single cells, `table_bert_mask*`. */
export function runCellMask(golden: GoldenCase): Promise<Produced> {
  const { mask_prob: p, model_bert_mask_percentage: q } = field<MaskArguments>(
    golden.spec,
    "arguments",
    golden.name,
  );
  const layout = layoutOf(field<number[]>(golden.spec, "columns", golden.name).map(columnOf));
  const cells = readCells(golden, layout, "input/arr/");
  const candidates = parameterTensor(golden, "input/candidates") as tf.Tensor2D;
  const draws = readDraws(golden, layout, p);
  return computeNamed(() => {
    const { cells: masked, selected } = maskCells(layout, cells, candidates, p, q, draws);
    return { "output/mask": selected, ...splitCells(layout, masked, "output/arr/") };
  });
}

/** Masking of the labels of whole rows, `table_chunk_mask*`. Every column of the fixture that has candidates is a target. */
export function runRowMask(golden: GoldenCase): Promise<Produced> {
  const { mask_prob: p } = field<MaskArguments>(golden.spec, "arguments", golden.name);
  const widths = namesAfter(golden, "input/arr/").map((j) => fixture(golden, `input/arr/${j}`).shape[1]!);
  const layout = layoutOf(widths.map((width) => columnOf(width === 2 ? 0 : width - 1)));
  const cells = readCells(golden, layout, "input/arr/");
  const candidates = parameterTensor(golden, "input/candidates") as tf.Tensor2D;
  const targets = tf.max(candidates, 0) as tf.Tensor1D;
  const { data, shape: [n, d] } = fixture(golden, "input/candidates");
  const rows = Array.from({ length: n! }, (_, i) => i).filter((i) =>
    data.subarray(i * d!, (i + 1) * d!).includes(1)
  );
  const scores = tf.tensor1d(scoresOf(n!, Array.from(noise(golden, "np_choice"), (k) => rows[k]!)));
  return computeNamed(() => {
    const { cells: masked, selected } = maskRows(layout, cells, candidates, targets, p, scores);
    return { "output/mask": selected, ...splitCells(layout, masked, "output/arr/") };
  });
}

/** Scores that put the chosen positions first, in their order. */
function scoresOf(n: number, chosen: number[]): Float32Array {
  const scores = new Float32Array(n).fill(0.75);
  chosen.forEach((position, k) => scores[position] = k / (2 * chosen.length));
  return scores.map((score) => Math.floor(score * 2 ** 24) / 2 ** 24);
}

/** The reference's draws in the form that `maskCells` takes. */
function readDraws(golden: GoldenCase, layout: ColumnLayout, p: number): MaskDraws {
  const { data: candidates, shape } = fixture(golden, "input/candidates");
  const [n, d] = shape as [number, number];
  const positions = Array.from(candidates.keys()).filter((k) => candidates[k] === 1);
  const spread = Math.sqrt(positions.length * p * (1 - p));
  const chosen = Array.from(noise(golden, "np_choice"), (k) => positions[k]!);
  const values = new Float32Array(n * layout.numeric.length);
  const classes = new Float32Array(n * layout.categorical.length);
  // New contents come column by column, for the columns that have randomised cells, in the order of rows.
  const order = field<{ order: string[] }>(golden.spec, "draws", golden.name).order.slice(2);
  const randomised = chosen.slice(0, order.reduce((sum, name) => sum + fixture(golden, name).data.length, 0));
  for (let column = 0; column < d; column++) {
    const rows = randomised.filter((k) => k % d === column).map((k) => Math.floor(k / d)).sort((a, b) =>
      a - b
    );
    if (rows.length === 0) continue;
    const name = order.shift() ?? "";
    const drawn = fixture(golden, name).data;
    if (drawn.length !== rows.length) {
      throw new UserError(
        `${golden.name}, ${name}: expected ${rows.length} draws for column ${column}, found ${drawn.length}.`,
      );
    }
    const [kind, at] = placeOf(layout, column);
    rows.forEach((row, k) => {
      if (kind === "numeric") values[row * layout.numeric.length + at] = drawn[k]!;
      else classes[row * layout.categorical.length + at] = (drawn[k]! + 0.5) / layout.classes[at]!;
    });
  }
  return {
    countNoise: tf.scalar(noise(golden, "np_normal")[0]! / spread),
    scores: tf.tensor2d(scoresOf(n * d, chosen), [n, d]),
    classes: tf.tensor2d(classes, [n, layout.categorical.length]),
    values: tf.tensor2d(values, [n, layout.numeric.length]),
  };
}

/** The draw of a kind that occurs once. */
function noise(golden: GoldenCase, kind: string): ArrayLike<number> {
  const name = namesAfter(golden, "noise/").find((name) => name.endsWith(kind));
  return fixture(golden, `noise/${name ?? kind}`).data;
}
