import * as tf from "@tensorflow/tfjs-core";
import { linearDefault } from "./initialisers.ts";
import type { Init } from "./parameters.ts";
import { expectShape } from "./shapes.ts";

/**
 * y = x W + b over the last axis, W of shape [dimIn, dimOut].
 *
 * @returns a function from [..., dimIn] to [..., dimOut]
 */
export function linear(init: Init, name: string, dimIn: number, dimOut: number) {
  const scope = init.within(name);
  const weight = scope.create({
    name: "weight",
    shape: [dimIn, dimOut],
    fill: linearDefault(dimIn, dimIn * dimOut),
  });
  const bias = scope.create({ name: "bias", shape: [dimOut], fill: linearDefault(dimIn, dimOut) });
  return <T extends tf.Tensor>(x: T): T => {
    const lead = x.shape.slice(0, -1);
    expectShape(weight.name, x, [...lead, dimIn]);
    const rows = tf.reshape(x, [-1, dimIn]) as tf.Tensor2D;
    const y = tf.add(tf.matMul(rows, weight.variable as tf.Variable<tf.Rank.R2>), bias.variable);
    return tf.reshape(y, [...lead, dimOut]) as T;
  };
}
