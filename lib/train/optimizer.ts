import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import type { Parameter } from "../nn/parameters.ts";

/** One optimiser's arithmetic on arrays of the elements of a group of parameters. */
interface UpdateRule {
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
interface OptimizerState {
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

/** Clamps every element to [-limit, limit] (not a norm clip; `npt/model/npt.py`); 0 leaves them unchanged. */
export function clipElements<T extends tf.Tensor>(gradient: T, limit: number): T {
  return limit === 0 ? gradient : tf.clipByValue(gradient, -limit, limit);
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam with bias correction, as in PyTorch.
 *
 * @param decoupled true: AdamW, the weights shrink by lr·weightDecay; false: weightDecay·weights joins the gradient
 */
function adam(weightDecay: number, decoupled: boolean): UpdateRule {
  return {
    slots: ["m", "v"],
    update: (parameters, gradients, [m, v], lr, step) => {
      const decay = weightDecay !== 0;
      const g = decay && !decoupled ? tf.add(gradients, tf.mul(parameters, weightDecay)) : gradients;
      const m2 = tf.add(tf.mul(m!, BETA1), tf.mul(g, 1 - BETA1)) as tf.Tensor1D;
      const v2 = tf.add(tf.mul(v!, BETA2), tf.mul(tf.square(g), 1 - BETA2)) as tf.Tensor1D;
      const t = tf.cast(step, "float32");
      const first = tf.sub(1, tf.pow(BETA1, t));
      const second = tf.sqrt(tf.sub(1, tf.pow(BETA2, t)));
      const direction = tf.div(tf.div(m2, first), tf.add(tf.div(tf.sqrt(v2), second), EPSILON));
      const shrunk = decay && decoupled ? tf.mul(parameters, tf.sub(1, tf.mul(lr, weightDecay))) : parameters;
      return { parameters: tf.sub(shrunk, tf.mul(direction, lr)), slots: [m2, v2] };
    },
  };
}

const LAMB_EPSILON = 1e-6;
const LARGEST_NORM = 10;

/**
 * LAMB as in `npt/utils/optim_utils.py`: no bias correction, weight norm capped at 10, and a trust ratio of 1 where
 * the weights or the update are all 0.
 */
function lamb(weightDecay: number): UpdateRule {
  return {
    slots: ["m", "v"],
    update: (parameters, gradients, [m, v], lr, _, { norms, spread }) => {
      const m2 = tf.add(tf.mul(m!, BETA1), tf.mul(gradients, 1 - BETA1));
      const v2 = tf.add(tf.mul(v!, BETA2), tf.mul(tf.square(gradients), 1 - BETA2));
      const adam = tf.div(m2, tf.add(tf.sqrt(v2), LAMB_EPSILON)) as tf.Tensor1D;
      const step = weightDecay === 0 ? adam : tf.add(adam, tf.mul(parameters, weightDecay)) as tf.Tensor1D;
      const weightNorm = tf.minimum(norms(parameters), LARGEST_NORM);
      const stepNorm = norms(step);
      const usable = tf.logicalAnd(tf.greater(weightNorm, 0), tf.greater(stepNorm, 0));
      const ones = tf.onesLike(stepNorm);
      const ratio = tf.where(usable, tf.div(weightNorm, tf.where(usable, stepNorm, ones)), ones);
      const rate = spread(tf.mul(ratio, lr) as tf.Tensor1D);
      return {
        parameters: tf.sub(parameters, tf.mul(step, rate)),
        slots: [m2, v2] as tf.Tensor1D[],
      };
    },
  };
}

/** Steps between synchronisations (`exp_lookahead_update_cadence`) and how far the slow weights move. */
const CADENCE = 6;
const ALPHA = 0.5;

/**
 * Lookahead around another rule (`npt/utils/optim_utils.py`): every `CADENCE` steps slow weights move half way to the
 * fast ones, which then restart from there. The slow weights are first taken at the first synchronisation, so that one
 * changes nothing.
 */
function lookahead(inner: UpdateRule): UpdateRule {
  return {
    slots: [...inner.slots, "slow"],
    update: (parameters, gradients, slots, lr, step, tensors) => {
      const slow = slots.at(-1)!;
      const fast = inner.update(parameters, gradients, slots.slice(0, -1), lr, step, tensors);
      const due = tf.equal(tf.mod(step, tf.scalar(CADENCE, "int32")), tf.scalar(0, "int32"));
      const first = tf.equal(step, tf.scalar(CADENCE, "int32"));
      const moved = tf.add(slow, tf.mul(tf.sub(fast.parameters, slow), ALPHA));
      const synchronised = tf.where(first, fast.parameters, moved);
      return {
        parameters: tf.where(due, synchronised, fast.parameters) as tf.Tensor1D,
        slots: [...fast.slots, tf.where(due, synchronised, slow) as tf.Tensor1D],
      };
    },
  };
}

/** Parameters below this size are joined: their cost is that of launching operations, not of arithmetic. */
const SMALL = 1 << 15;

/** Parameters that an optimiser treats in one go, as one array of all their elements. */
interface Group {
  /** Stable for a given model: "small", or the name of a large parameter of its own. */
  name: string;
  size: number;
  /** [size] out of one tensor per parameter of the model. */
  gather(tensors: tf.Tensor[]): tf.Tensor1D;
  /** Assigns [size] to the variables of the parameters. */
  assign(values: tf.Tensor1D): void;
  /** [size] to [tensors]: the Euclidean norm of each tensor of the reference. */
  norms(values: tf.Tensor1D): tf.Tensor1D;
  /** [tensors] to [size]: what each tensor of the reference has, for all its elements. */
  spread(perTensor: tf.Tensor1D): tf.Tensor1D;
}

/**
 * Joins small parameters, so that optimiser arithmetic runs once and not once per parameter: a training step is a third
 * shorter to compile. Large parameters stay alone, which spares copying them.
 */
export function groupParameters(parameters: Parameter[]): Group[] {
  const sizes = parameters.map(({ shape }) => tf.util.sizeFromShape(shape));
  const indices = parameters.map((_, i) => i);
  const small = indices.filter((i) => sizes[i]! < SMALL)
    .sort((a, b) => widthOf(parameters[a]!) - widthOf(parameters[b]!) || a - b);
  const large = indices.filter((i) => sizes[i]! >= SMALL);
  return [
    ...small.length > 0 ? [groupOf("small", small, parameters)] : [],
    ...large.map((i) => groupOf(parameters[i]!.name, [i], parameters)),
  ];
}

function groupOf(name: string, indices: number[], parameters: Parameter[]): Group {
  const members = indices.map((i) => parameters[i]!);
  const sizes = members.map(({ shape }) => tf.util.sizeFromShape(shape));
  /** Neighbours whose tensors have one width, as [rows, width] with a row per tensor of the reference. */
  const runs: { rows: number; width: number }[] = [];
  for (const member of members) {
    const [rows, width] = [rowsOf(member), widthOf(member)];
    const last = runs.at(-1);
    if (last?.width === width) last.rows += rows;
    else runs.push({ rows, width });
  }
  return {
    name,
    size: sizes.reduce((a, b) => a + b, 0),
    gather: (tensors) => join(indices.map((i, k) => tf.reshape(tensors[i]!, [sizes[k]!]))),
    assign: (values) =>
      cut(values, sizes).forEach((part, k) => {
        const { variable, shape } = members[k]!;
        variable.assign(tf.reshape(part, shape));
      }),
    norms: (values) =>
      join(
        cut(values, runs.map(({ rows, width }) => rows * width)).map((part, k) =>
          tf.sqrt(tf.sum(tf.square(tf.reshape(part, [runs[k]!.rows, runs[k]!.width])), 1))
        ),
      ),
    spread: (perTensor) =>
      join(
        cut(perTensor, runs.map(({ rows }) => rows)).map((part, k) => {
          const { rows, width } = runs[k]!;
          return tf.reshape(tf.broadcastTo(tf.expandDims(part, 1), [rows, width]), [rows * width]);
        }),
      ),
  };
}

const join = (parts: tf.Tensor[]): tf.Tensor1D =>
  (parts.length === 1 ? parts[0]! : tf.concat(parts, 0)) as tf.Tensor1D;

const cut = (values: tf.Tensor1D, sizes: number[]): tf.Tensor[] =>
  sizes.length === 1 ? [values] : tf.split(values, sizes, 0);

const rowsOf = ({ stacked, shape }: Parameter) => stacked ? shape[0]! : 1;

/** Elements per reference tensor (with padding, whose values and gradients stay 0). */
const widthOf = (parameter: Parameter) => tf.util.sizeFromShape(parameter.shape) / rowsOf(parameter);
