import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import type { Parameter } from "../nn/parameters.ts";
import { adam } from "./adam.ts";
import { clipElements } from "./clip.ts";
import { type Group, groupParameters } from "./groups.ts";
import { lamb } from "./lamb.ts";
import { lookahead } from "./lookahead.ts";

/** One optimiser's arithmetic on arrays of the elements of a group of parameters. */
export interface UpdateRule {
  /** Names of its state arrays, each of the shape of the parameters and 0 at the start. */
  slots: string[];
  /**
   * @param lr scalar
   * @param step scalar int32, from 1
   * @param tensors which elements are of one tensor of the reference
   */
  update(
    parameters: tf.Tensor1D,
    gradients: tf.Tensor1D,
    slots: tf.Tensor1D[],
    lr: tf.Scalar,
    step: tf.Scalar,
    tensors: Pick<Group, "norms" | "spread">,
  ): { parameters: tf.Tensor1D; slots: tf.Tensor1D[] };
}

export const OPTIMIZERS = [
  "lamb",
  "adam",
  "adamw",
  "lookahead_lamb",
  "lookahead_adam",
  "lookahead_adamw",
] as const;

export interface OptimizerConfig {
  optimizer: typeof OPTIMIZERS[number];
  weightDecay: number;
  /** Every gradient element is clamped to [-clip, clip]; 0 turns that off. */
  clip: number;
}

export const DEFAULT_OPTIMIZER: OptimizerConfig = { optimizer: "lookahead_lamb", weightDecay: 0, clip: 1 };

/** A state array under a name that stays the same for a given model and configuration. */
export interface OptimizerState {
  name: string;
  variable: tf.Variable;
}

export interface Optimizer {
  state: OptimizerState[];
  /**
   * Updates parameters and state; tensors only, so that it can be traced.
   *
   * @param gradients in the order of the parameters
   * @param lr scalar
   * @param step scalar int32, counts from 1
   */
  apply(gradients: tf.Tensor[], lr: tf.Scalar, step: tf.Scalar): void;
  dispose(): void;
}

/** @throws UserError for an unknown optimiser or negative numbers */
export function createOptimizer(parameters: Parameter[], given: Partial<OptimizerConfig> = {}): Optimizer {
  const config = { ...DEFAULT_OPTIMIZER, ...given };
  const rule = ruleOf(config);
  const groups = groupParameters(parameters).map((group) => ({
    ...group,
    slots: rule.slots.map((slot) => ({
      name: `${slot}/${group.name}`,
      variable: tf.tidy(() => tf.variable(tf.zeros([group.size]))) as tf.Variable<tf.Rank.R1>,
    })),
  }));
  const state = groups.flatMap((group) => group.slots);
  return {
    state,
    apply: (gradients, lr, step) =>
      tf.tidy(() => {
        const variables = parameters.map((p) => p.variable);
        for (const { gather, assign, slots, ...tensors } of groups) {
          const before = slots.map((slot) => slot.variable);
          const after = rule.update(
            gather(variables),
            clipElements(gather(gradients), config.clip),
            before,
            lr,
            step,
            tensors,
          );
          assign(after.parameters);
          slots.forEach((slot, i) => slot.variable.assign(after.slots[i]!));
        }
      }),
    dispose: () => state.forEach(({ variable }) => variable.dispose()),
  };
}

function ruleOf({ optimizer, weightDecay, clip }: OptimizerConfig): UpdateRule {
  if (!OPTIMIZERS.includes(optimizer)) {
    throw new UserError(
      `Expected an optimizer out of ${OPTIMIZERS.join(", ")}, found ${JSON.stringify(optimizer)}.`,
    );
  }
  for (const [name, value] of Object.entries({ weightDecay, clip })) {
    if (!(value >= 0)) {
      throw new UserError(`Optimizer option "${name}": expected a number of at least 0, found ${value}.`);
    }
  }
  const base = optimizer.replace("lookahead_", "");
  const inner = base === "lamb" ? lamb(weightDecay) : adam(weightDecay, base === "adamw");
  return optimizer.startsWith("lookahead_") ? lookahead(inner) : inner;
}
