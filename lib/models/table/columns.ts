import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.ts";

/** What a model needs to know of a table column; `Column` of the data layer is one. */
export interface ModelColumn {
  kind: "numeric" | "categorical";
  classes: readonly string[];
  /** Whether it is to be predicted. */
  target?: boolean;
  /** Numeric: ascending edges of its bins, in standardised units (`withBins`). */
  edges?: readonly number[];
}

/** A stretch of neighbouring columns of one kind: columns [start, start + size) of that kind's own order. */
interface Run {
  kind: "numeric" | "categorical";
  start: number;
  size: number;
}

/** Where the columns of each kind stand in a table. */
export interface ColumnLayout {
  d: number;
  /** Table positions of the numeric columns, ascending [dn]. */
  numeric: number[];
  /** Table positions of the categorical columns, ascending [dc]. */
  categorical: number[];
  /** Class count of each categorical column [dc]. */
  classes: number[];
  /** Table positions of the columns to predict. */
  targets: number[];
  /** Edges of the bins of each numeric column [dn]; undefined where a column has none. */
  edges: (readonly number[] | undefined)[];
  /** Largest class count C, 0 without categorical columns. */
  width: number;
  runs: Run[];
}

/** @throws UserError for a table without columns, or a categorical column without classes. */
export function layoutOf(columns: readonly ModelColumn[]): ColumnLayout {
  if (columns.length === 0) throw new UserError("A model needs at least one column, found none.");
  const positions = (kind: ModelColumn["kind"]) => columns.flatMap((c, j) => c.kind === kind ? [j] : []);
  const categorical = positions("categorical");
  const classes = categorical.map((j) => columns[j]!.classes.length);
  const empty = classes.indexOf(0);
  if (empty >= 0) throw new UserError(`Categorical column ${categorical[empty]! + 1} has no classes.`);
  const runs: Run[] = [];
  const seen = { numeric: 0, categorical: 0 };
  for (const { kind } of columns) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.size++;
    else runs.push({ kind, start: seen[kind], size: 1 });
    seen[kind]++;
  }
  return {
    d: columns.length,
    numeric: positions("numeric"),
    categorical,
    classes,
    targets: columns.flatMap(({ target }, j) => target ? [j] : []),
    edges: columns.filter(({ kind }) => kind === "numeric").map(({ edges }) => edges),
    width: Math.max(0, ...classes),
    runs,
  };
}

/** Puts numeric and categorical columns, null where there are none, back into table order along `axis`. */
export function joinColumns<T extends tf.Tensor>(
  layout: ColumnLayout,
  numeric: T | null,
  categorical: T | null,
  axis: number,
): T {
  if (numeric === null || categorical === null) return (numeric ?? categorical)!;
  const parts = layout.runs.map(({ kind, start, size }) =>
    sliceAxis(kind === "numeric" ? numeric : categorical, axis, start, size)
  );
  return tf.concat(parts, axis) as T;
}

/** The opposite of `joinColumns`: the columns of one kind out of a tensor in table order; null if there are none. */
export function takeColumns<T extends tf.Tensor>(
  layout: ColumnLayout,
  kind: ModelColumn["kind"],
  x: T,
  axis: number,
): T | null {
  const parts: tf.Tensor[] = [];
  let position = 0;
  for (const run of layout.runs) {
    if (run.kind === kind) parts.push(sliceAxis(x, axis, position, run.size));
    position += run.size;
  }
  if (parts.length === 0) return null;
  return (parts.length === 1 ? parts[0] : tf.concat(parts, axis)) as T;
}

function sliceAxis(x: tf.Tensor, axis: number, start: number, size: number): tf.Tensor {
  if (x.shape[axis] === size) return x;
  const begin = x.shape.map((_, i) => i === axis ? start : 0);
  const extent = x.shape.map((length, i) => i === axis ? size : length);
  return tf.slice(x, begin, extent);
}

/**
 * A batch of n table rows as a model reads it, numeric and categorical columns apart (dn + dc = d).
 * A hidden or missing cell has all its value channels 0 and its mask token 1.
 */
export interface Cells {
  /** [n, dn] standardised values of the numeric columns, in table order. */
  values: tf.Tensor2D;
  /** [n, dc, C] one-hot classes of the categorical columns, C = largest class count. */
  onehot: tf.Tensor3D;
  /** [n, d] mask token of every cell in table order: 1 = hidden or missing. */
  mask: tf.Tensor2D;
}

/** What a model predicts for every cell of n rows, targets and features alike. */
export interface Outputs {
  /** [n, dn] standardised values of the numeric columns. */
  values: tf.Tensor2D;
  /** [n, dc, C] class logits, -1e9 for classes that a column does not have. */
  logits: tf.Tensor3D;
}

/** Sets cells to 0 with a mask token, where `hidden` [n, d] is 1. */
export function hideCells(layout: ColumnLayout, cells: Cells, hidden: tf.Tensor2D): Cells {
  const shown = tf.sub(1, hidden) as tf.Tensor2D;
  const numeric = takeColumns(layout, "numeric", shown, 1);
  const categorical = takeColumns(layout, "categorical", shown, 1);
  return {
    values: numeric ? tf.mul(cells.values, numeric) : cells.values,
    onehot: categorical ? tf.mul(cells.onehot, tf.expandDims(categorical, 2)) : cells.onehot,
    mask: tf.maximum(cells.mask, hidden),
  };
}
