import * as tf from "@tensorflow/tfjs-core";
import { scan } from "../../engine/mod.ts";
import { layerNorm } from "../../nn/layers.ts";
import type { Init } from "../../nn/parameters.ts";
import { type Cells, type ColumnLayout, hideCells, type Outputs } from "./columns.ts";
import { ABSENT_LOGIT } from "./heads.ts";

/** A training set as a linear readout sees it: coefficients [e + 1, k] of k label channels. */
export type Coefficients = tf.Tensor2D;

/** A readout of label channels from features, whose coefficients are solved from labelled rows. */
export interface Readout {
  /** Coefficients from rows with labels. */
  solve(features: tf.Tensor2D, labels: tf.Tensor2D, known: tf.Tensor2D): Coefficients;
  /** Predictions [n, k] for other rows. */
  read(features: tf.Tensor2D, coefficients: Coefficients): tf.Tensor2D;
  /**
   * Predictions [n, k] of all rows from the rows whose labels are known. What is predicted for such a row has not seen its
   * own label: it is the prediction from all others.
   */
  leaveOneOut(features: tf.Tensor2D, labels: tf.Tensor2D, known: tf.Tensor2D): tf.Tensor2D;
}

/** The least ridge, and the one at the start, beside features of length 1. */
const LEAST_RIDGE = 1e-4;
const FIRST_RIDGE = 1e-2;
const REFINEMENTS = 3;
/** A row's own share of its prediction stays so far below 1. */
const SHARE = 1e-3;

/**
 * Ridge regression of labels on features, in closed form: differentiable, linear in the rows, and kept as e + 1 numbers a
 * label (Bertinetto et al. 2019, "Meta-learning with differentiable closed-form solvers", section 3; leave-one-out as in
 * Hastie et al., "The Elements of Statistical Learning", equation 7.64).
 *
 * All functions take features [n, e], labels [n, k], and `known` [n, 1], 1 where a row's label may be used.
 */
export function readout(init: Init, e: number): Readout {
  const norm = layerNorm(init, "norm", e, 1e-5);
  const ridge = init.create({ name: "ridge", shape: [], fill: () => Float32Array.of(Math.log(FIRST_RIDGE)) });
  const extended = (features: tf.Tensor2D): tf.Tensor2D => {
    const unit = tf.mul(norm(tf.expandDims(features, 0) as tf.Tensor3D), 1 / Math.sqrt(e));
    return tf.concat([tf.squeeze(unit, [0]), tf.ones([features.shape[0], 1])], 1) as tf.Tensor2D;
  };
  const solved = (phi: tf.Tensor2D, labels: tf.Tensor2D, known: tf.Tensor2D) => {
    const count = tf.maximum(tf.sum(known), 1);
    const weighted = tf.mul(phi, tf.div(known, count)) as tf.Tensor2D;
    const lambda = tf.add(tf.exp(ridge.variable), LEAST_RIDGE);
    const gram = tf.add(tf.matMul(weighted, phi, true), tf.mul(lambda, tf.eye(e + 1))) as tf.Tensor2D;
    const inverse = inverseOf(gram);
    const wanted = tf.matMul(weighted, labels, true) as Coefficients;
    return { weighted, gram, inverse, wanted, coefficients: tf.matMul(inverse, wanted) as Coefficients };
  };
  return {
    solve(features, labels, known) {
      const { gram, inverse, wanted, coefficients } = solved(extended(features), labels, known);
      // Of few rows the inverse has large parts that cancel: what they leave of the labels is solved for again.
      let found = coefficients;
      for (let i = 0; i < REFINEMENTS; i++) {
        found = tf.add(found, tf.matMul(inverse, tf.sub(wanted, tf.matMul(gram, found)) as Coefficients));
      }
      return found;
    },
    read: (features, coefficients) => tf.matMul(extended(features), coefficients),
    leaveOneOut(features, labels, known) {
      const phi = extended(features);
      const { weighted, inverse, coefficients } = solved(phi, labels, known);
      const own = tf.minimum(tf.sum(tf.mul(tf.matMul(weighted, inverse), phi), 1, true), 1 - SHARE);
      return tf.div(tf.sub(tf.matMul(phi, coefficients), tf.mul(own, labels)), tf.sub(1, own)) as tf.Tensor2D;
    },
  };
}

/** Doublings of the digits of an inverse: enough for the largest condition number that `LEAST_RIDGE` leaves. */
const DOUBLINGS = 24;

/** The inverse of a symmetric positive definite matrix, by Newton's iteration (Schulz 1933): products alone. */
const inverseOf = tf.customGrad((given, save) => {
  const a = given as tf.Tensor2D;
  const size = a.shape[0];
  const start = tf.div(tf.eye(size), tf.max(tf.sum(tf.abs(a), 1)));
  const twice = tf.mul(2, tf.eye(size));
  const [inverse] = scan(
    (x: tf.Tensor2D) => [tf.matMul(x, tf.sub(twice, tf.matMul(a, x)) as tf.Tensor2D), null],
    start as tf.Tensor2D,
    null,
    { length: DOUBLINGS },
  );
  (save as tf.GradSaveFunc)([inverse]);
  return {
    value: inverse,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const x = saved[0] as tf.Tensor2D;
      return tf.neg(tf.matMul(tf.matMul(x, dy as tf.Tensor2D, true), x, false, true));
    },
  };
}) as (a: tf.Tensor2D) => tf.Tensor2D;

/** A readout for each target column, of its numbers or of the indicators of its classes. */
export function targetReadouts(init: Init, layout: ColumnLayout, e: number) {
  const targets = layout.targets.map((j) => {
    const scope = init.within(`readout.${j}`);
    const [number, classed] = [layout.numeric.indexOf(j), layout.categorical.indexOf(j)];
    const k = number >= 0 ? 1 : layout.classes[classed]!;
    return {
      j,
      number,
      classed,
      k,
      ...readout(scope, e),
      sharpness: number >= 0 ? undefined : sharpness(scope),
    };
  });
  type Target = typeof targets[number];
  const size = targets.reduce((sum, { k }) => sum + (e + 1) * k, 0);
  const features = (x: tf.Tensor3D, { j }: Target) =>
    tf.reshape(tf.slice(x, [0, j, 0], [-1, 1, -1]), [-1, e]) as tf.Tensor2D;
  const labels = ({ values, onehot }: Cells, { number, classed, k }: Target) =>
    number >= 0
      ? tf.slice(values, [0, number], [-1, 1])
      : tf.reshape(tf.slice(onehot, [0, classed, 0], [-1, 1, k]), [-1, k]) as tf.Tensor2D;
  const known = ({ mask }: Cells, { j }: Target) => tf.sub(1, tf.slice(mask, [0, j], [-1, 1])) as tf.Tensor2D;
  const given = (x: tf.Tensor3D, cells: Cells, target: Target) =>
    [features(x, target), labels(cells, target), known(cells, target)] as const;
  const replaced = (outputs: Outputs, target: Target, found: tf.Tensor2D): Outputs => {
    const { number, classed, k, sharpness } = target;
    const column = (count: number, at: number, shape: number[]) =>
      tf.tensor(Array.from({ length: count }, (_, i) => Number(i === at)), shape);
    const blend = <T extends tf.Tensor>(old: T, now: tf.Tensor, here: tf.Tensor): T =>
      tf.add(tf.mul(old, tf.sub(1, here)), tf.mul(now, here)) as T;
    if (number >= 0) {
      const dn = layout.numeric.length;
      return { ...outputs, values: blend(outputs.values, found, column(dn, number, [1, dn])) };
    }
    const dc = layout.categorical.length;
    const scaled = tf.mul(found, tf.exp(sharpness!.variable));
    const padded = tf.expandDims(tf.pad(scaled, [[0, 0], [0, layout.width - k]], ABSENT_LOGIT), 1);
    return { ...outputs, logits: blend(outputs.logits, padded, column(dc, classed, [1, dc, 1])) };
  };
  return {
    /** Numbers that are kept of a context. */
    size,
    /** The cells without any label. */
    unlabelled: (cells: Cells): Cells => {
      const mask = Array.from({ length: layout.d }, (_, j) => Number(layout.targets.includes(j)));
      return hideCells(layout, cells, tf.tile(tf.tensor2d(mask, [1, layout.d]), [cells.mask.shape[0], 1]));
    },
    /** Coefficients [size] from X [n, d, e] of a context and its labels. */
    solve: (x: tf.Tensor3D, cells: Cells): tf.Tensor1D =>
      tf.concat(targets.map((target) => tf.reshape(target.solve(...given(x, cells, target)), [-1]))),
    /** Outputs with the labels read by kept coefficients. */
    read(outputs: Outputs, x: tf.Tensor3D, coefficients: tf.Tensor1D): Outputs {
      let at = 0;
      return targets.reduce((outputs, target) => {
        const part = tf.reshape(tf.slice(coefficients, [at], [(e + 1) * target.k]), [e + 1, target.k]);
        at += (e + 1) * target.k;
        return replaced(outputs, target, target.read(features(x, target), part as tf.Tensor2D));
      }, outputs);
    },
    /** Outputs with the labels of every row read from the other rows. */
    leaveOneOut: (outputs: Outputs, x: tf.Tensor3D, cells: Cells): Outputs =>
      targets.reduce(
        (outputs, target) => replaced(outputs, target, target.leaveOneOut(...given(x, cells, target))),
        outputs,
      ),
  };
}

/** Logarithm of what class indicators are multiplied by to be logits. */
const FIRST_SHARPNESS = 4;
const sharpness = (init: Init) =>
  init.create({ name: "sharpness", shape: [], fill: () => Float32Array.of(Math.log(FIRST_SHARPNESS)) });
