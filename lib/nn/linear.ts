import * as tf from "@tensorflow/tfjs-core";
import { linearDefault } from "./initialisers.ts";
import type { Init, Parameter } from "./parameters.ts";
import { expectShape } from "./shapes.ts";

/** From [..., dimIn] to [..., dimOut]; its parameters are at hand for layers that combine it with others. */
export interface Linear {
  <T extends tf.Tensor>(x: T): T;
  /** [dimIn, dimOut] */
  readonly weight: Parameter;
  /** [dimOut] */
  readonly bias?: Parameter;
}

/** y = x W + b over the last axis, W of shape [dimIn, dimOut]; without b if `bias` is false. */
export function linear(init: Init, name: string, dimIn: number, dimOut: number, bias = true): Linear {
  const scope = init.within(name);
  const weight = scope.create({
    name: "weight",
    shape: [dimIn, dimOut],
    fill: linearDefault(dimIn, dimIn * dimOut),
  });
  const shift = bias
    ? scope.create({ name: "bias", shape: [dimOut], fill: linearDefault(dimIn, dimOut) })
    : undefined;
  const apply = <T extends tf.Tensor>(x: T): T => {
    const lead = x.shape.slice(0, -1);
    expectShape(weight.name, x, [...lead, dimIn]);
    const rows = tf.reshape(x, [-1, dimIn]) as tf.Tensor2D;
    const product = tf.matMul(rows, weight.variable as tf.Variable<tf.Rank.R2>);
    const y = shift ? tf.add(product, shift.variable) : product;
    return tf.reshape(y, [...lead, dimOut]) as T;
  };
  return Object.assign(apply, { weight, bias: shift });
}
