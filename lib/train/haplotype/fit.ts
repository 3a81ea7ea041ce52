import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit } from "../../engine/mod.ts";
import { advice, courseOf, type CourseOptions, stepOf, train } from "../loop.ts";
import { createOptimizer } from "../optimizer.ts";
import { valueAndGradients } from "../gradients.ts";
import { changeProbabilities, mosaics, withNoise } from "../../models/haplotype/mosaic.ts";
import {
  createHaplotypeSpin,
  type HaplotypeConfig,
  type HaplotypeSpin,
} from "../../models/haplotype/model.ts";

/** How a SPIN of haplotypes is trained; plain data. */
export interface HaplotypeRecipe {
  model: Omit<HaplotypeConfig, "sites" | "targets">;
  steps: number;
  /** Mosaics per step. */
  batch: number;
  learningRate: number;
  /** Share of the steps in which the rate rises from 0; from then on it falls to 0 as a cosine. */
  warmup: number;
  weightDecay: number;
  /** Changes of the copied haplotype per centimorgan. */
  rate: number;
  /** Share of the known alleles that are flipped. */
  noise: number;
  seed: number;
}

/** A window as training and prediction see it. */
export interface HaplotypeWindow {
  /** 0 and 1, [panel haplotypes, sites + targets] in order of position. */
  panel: Uint8Array;
  /** [sites + targets] */
  centimorgans: ArrayLike<number>;
  /** Which of the places are known sites and which are targets, ascending; [sites], [targets]. */
  sites: Int32Array;
  targets: Int32Array;
}

export interface FitWindowOptions extends CourseOptions {
  /** Called after every step, with the loss now and then. */
  onStep?: (step: number, loss?: number) => void;
}

/** A trained window: weights, and H_D of the panel's haplotypes. */
export interface FittedWindow {
  model: HaplotypeSpin;
  /** P(alternative allele) [queries, targets] of rows of known alleles [queries, sites]. */
  predict(queries: Uint8Array): Promise<Float32Array>;
  /** H_D [1, h, f·e] of the panel; still the window's own, so not to be disposed of. */
  latents(): tf.Tensor3D;
  /** Of the whole training, earlier parts of it included. */
  seconds: { compile: number; train: number; evaluate: number };
  /** True if the training ended before its last step. */
  stopped: boolean;
  dispose(): void;
}

/** Query rows per program; the last chunk is filled up. */
const CHUNK = 64;

/**
 * Trains a SPIN on mosaics of a window's panel (cross-entropy of the targets), then lets H_D read the panel itself once
 * and keeps it.
 *
 * Nothing is copied to the host inside the loop but a loss now and then.
 *
 * @throws UserError if the loss is not a number any more
 */
export async function fitWindow(
  window: HaplotypeWindow,
  recipe: HaplotypeRecipe,
  options: FitWindowOptions = {},
): Promise<FittedWindow> {
  const { sites, targets } = window;
  const places = sites.length + targets.length;
  const model = createHaplotypeSpin(
    { ...recipe.model, sites: sites.length, targets: targets.length },
    recipe.seed,
  );
  const variables = model.parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(model.parameters, {
    optimizer: "adamw",
    clip: 0,
    weightDecay: recipe.weightDecay,
  });
  const data = {
    panel: tf.tensor2d(Float32Array.from(window.panel), [window.panel.length / places, places]),
    change: tf.tensor1d(changeProbabilities(window.centimorgans, recipe.rate)),
    sites: tf.tensor1d(sites, "int32"),
    targets: tf.tensor1d(targets, "int32"),
  };
  const step = jit((inputs: StepInputs, { panel, change, sites, targets }: typeof data) => {
    const rng = createRng(inputs.key);
    const rows = mosaics(rng, recipe.batch, panel, change);
    const known = withNoise(rng, tf.gather(rows, sites, 1), recipe.noise);
    const truth = tf.gather(rows, targets, 1);
    const { loss, gradients } = valueAndGradients(() => ({
      loss: crossEntropy(model.forward(known, rng), truth),
      more: {},
    }), variables);
    optimizer.apply(gradients, inputs.learningRate, inputs.step);
    return { loss };
  });
  const encode = jit(({ panel, sites }: typeof data) => model.encode(tf.gather(panel, sites, 1)));
  const answer = jit((alleles: tf.Tensor2D, hD: tf.Tensor3D) => tf.sigmoid(model.predict(alleles, hD)));

  let hD: tf.Tensor3D | undefined;
  const fitted: FittedWindow = {
    model,
    seconds: { compile: 0, train: 0, evaluate: 0 },
    stopped: false,
    latents: () => hD ??= encode(data),
    predict: async (queries) => {
      const kept = fitted.latents();
      const n = queries.length / sites.length;
      const out = new Float32Array(n * targets.length);
      for (let start = 0; start < n; start += CHUNK) {
        const rows = Math.min(CHUNK, n - start);
        const filled = new Float32Array(CHUNK * sites.length);
        filled.set(queries.subarray(start * sites.length, (start + rows) * sites.length));
        const input = tf.tensor2d(filled, [CHUNK, sites.length]);
        const result = answer(input, kept);
        const values = await result.data() as Float32Array;
        out.set(values.subarray(0, rows * targets.length), start * targets.length);
        tf.dispose([input, result]);
      }
      return out;
    },
    dispose() {
      encode.dispose();
      answer.dispose();
      hD?.dispose();
      model.dispose();
      tf.dispose(Object.values(data));
    },
  };

  try {
    const { stopped, seconds } = await train({
      parameters: model.parameters,
      optimizer,
      batch: (at) => stepInputs(recipe, at),
      step: stepOf(step, (inputs: StepInputs): [StepInputs, typeof data] => [inputs, data]),
    }, {
      ...courseOf(options, { ...recipe, window: digestOf(window) }),
      steps: recipe.steps,
      onStep: options.onStep,
      advice: advice(recipe),
    });
    return Object.assign(fitted, { stopped, seconds });
  } catch (error) {
    fitted.dispose();
    throw error;
  } finally {
    optimizer.dispose();
    step.dispose();
  }
}

/** What tells a window's training from another's. */
const digestOf = ({ panel, sites, targets }: HaplotypeWindow): string =>
  createHash("sha256").update(panel).update(sites).update(targets).digest("hex");

interface StepInputs {
  key: tf.Tensor1D;
  step: tf.Scalar;
  learningRate: tf.Scalar;
}

function stepInputs({ seed, steps, warmup, learningRate }: HaplotypeRecipe, at: number): StepInputs {
  const rising = Math.min(1, at / Math.max(1, warmup * steps));
  const rate = learningRate * rising * 0.5 * (1 + Math.cos(Math.PI * (at - 1) / steps));
  return {
    key: tf.tensor1d([seed, at], "int32"),
    step: tf.scalar(at, "int32"),
    learningRate: tf.scalar(rate),
  };
}

/** Mean binary cross-entropy of logits, stable for large ones. */
function crossEntropy(logits: tf.Tensor2D, truth: tf.Tensor2D): tf.Scalar {
  const loss = tf.add(
    tf.sub(tf.relu(logits), tf.mul(logits, truth)),
    tf.log1p(tf.exp(tf.neg(tf.abs(logits)))),
  );
  return tf.mean(loss) as tf.Scalar;
}
