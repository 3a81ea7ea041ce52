import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit } from "../../engine/mod.ts";
import { advice, courseOf, type CourseOptions, stepOf, train } from "../loop.ts";
import { createOptimizer } from "../optimizer.ts";
import { valueAndGradients } from "../gradients.ts";
import { type MosaicPanel, mosaics } from "../../models/haplotype/mosaic.ts";
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
export type HaplotypeWindow = MosaicPanel;

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

/** Trains windows of one size one after the other, each from its own start, with programs that are traced but once. */
export interface WindowTrainer {
  /**
   * Trains a SPIN on mosaics of a window's panel (cross-entropy of the targets), then lets H_D read the panel itself once
   * and keeps it. The weights are the trainer's: what is returned answers until the next window is trained.
   *
   * @throws UserError if the loss is not a number any more
   */
  fit(window: HaplotypeWindow, seed: number, options?: FitWindowOptions): Promise<FittedWindow>;
  dispose(): void;
}

export function windowTrainer(
  sizes: { sites: number; targets: number },
  recipe: Omit<HaplotypeRecipe, "seed">,
): WindowTrainer {
  const config = { ...recipe.model, ...sizes };
  const model = createHaplotypeSpin(config, 0);
  const variables = model.parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(model.parameters, {
    optimizer: "adamw",
    clip: 0,
    weightDecay: recipe.weightDecay,
  });
  const step = jit((inputs: StepInputs) => {
    const rng = createRng(inputs.key);
    const [known, truth] = [inputs.known, inputs.truth].map((x) => tf.cast(x, "float32")) as tf.Tensor2D[];
    const { loss, gradients } = valueAndGradients(() => ({
      loss: crossEntropy(model.forward(known!, rng), truth!),
      more: {},
    }), variables);
    optimizer.apply(gradients, inputs.learningRate, inputs.step);
    return { loss };
  });
  const encode = jit((rows: tf.Tensor2D) => model.encode(rows));
  const answer = jit((alleles: tf.Tensor2D, hD: tf.Tensor3D) => tf.sigmoid(model.predict(alleles, hD)));

  /** Weights as drawn with a seed, the optimiser as at its first step. */
  function restart(seed: number, window: HaplotypeWindow): void {
    const drawn = createHaplotypeSpin(config, seed);
    tf.tidy(() => {
      drawn.parameters.forEach(({ variable }, i) => variables[i]!.assign(variable));
      for (const { variable } of optimizer.state) variable.assign(tf.zerosLike(variable));
    });
    drawn.dispose();
    model.startAt(frequenciesOf(window));
  }

  function answersOf(window: HaplotypeWindow): FittedWindow {
    const width = window.sites.length;
    let hD: tf.Tensor3D | undefined;
    const latents = () => {
      if (hD) return hD;
      const known = knownOf(window);
      const rows = tf.tensor2d(Float32Array.from(known), [known.length / width, width]);
      hD = encode(rows);
      rows.dispose();
      return hD;
    };
    return {
      model,
      seconds: { compile: 0, train: 0, evaluate: 0 },
      stopped: false,
      latents,
      async predict(queries) {
        const kept = latents();
        const n = queries.length / width;
        const out = new Float32Array(n * sizes.targets);
        for (let start = 0; start < n; start += CHUNK) {
          const rows = Math.min(CHUNK, n - start);
          const filled = new Float32Array(CHUNK * width);
          filled.set(queries.subarray(start * width, (start + rows) * width));
          const input = tf.tensor2d(filled, [CHUNK, width]);
          const result = answer(input, kept);
          const values = await result.data() as Float32Array;
          out.set(values.subarray(0, rows * sizes.targets), start * sizes.targets);
          tf.dispose([input, result]);
        }
        return out;
      },
      dispose: () => hD?.dispose(),
    };
  }

  return {
    async fit(window, seed, options = {}) {
      restart(seed, window);
      const own = { ...recipe, seed };
      const { panel, sites, targets } = window;
      const digest = createHash("sha256").update(panel).update(sites).update(targets).digest("hex");
      const { stopped, seconds } = await train({
        parameters: model.parameters,
        optimizer,
        batch: (at) => stepInputs(window, own, at),
        step: stepOf(step, (inputs: StepInputs): [StepInputs] => [inputs]),
      }, {
        ...courseOf(options, { ...own, window: digest }),
        steps: recipe.steps,
        onStep: options.onStep,
        advice: advice(own),
      });
      return { ...answersOf(window), stopped, seconds };
    },
    dispose() {
      for (const program of [step, encode, answer, optimizer, model]) program.dispose();
    },
  };
}

/** Trains a single window, as a trainer's `fit` does. */
export async function fitWindow(
  window: HaplotypeWindow,
  recipe: HaplotypeRecipe,
  options: FitWindowOptions = {},
): Promise<FittedWindow> {
  const sizes = { sites: window.sites.length, targets: window.targets.length };
  const trainer = windowTrainer(sizes, recipe);
  try {
    const fitted = await trainer.fit(window, recipe.seed, options);
    return {
      ...fitted,
      dispose() {
        fitted.dispose();
        trainer.dispose();
      },
    };
  } catch (error) {
    trainer.dispose();
    throw error;
  }
}

/** The panel's alleles at the sites, [haplotypes, sites]. */
function knownOf({ panel, centimorgans, sites }: HaplotypeWindow): Uint8Array {
  const places = centimorgans.length;
  return Uint8Array.from(
    { length: panel.length / places * sites.length },
    (_, i) => panel[Math.floor(i / sites.length) * places + sites[i % sites.length]!]!,
  );
}

/**
 * How often the targets have ALT in the panel, [targets]. Answers that start here need not learn it, which is most of what
 * the first hundreds of steps would do: most variants are rare.
 */
function frequenciesOf({ panel, centimorgans, targets }: HaplotypeWindow): Float32Array {
  const places = centimorgans.length;
  const rows = panel.length / places;
  return Float32Array.from(targets, (place) => {
    let count = 0;
    for (let row = 0; row < rows; row++) count += panel[row * places + place]!;
    return (count + 0.5) / (rows + 1);
  });
}

interface StepInputs {
  key: tf.Tensor1D;
  step: tf.Scalar;
  learningRate: tf.Scalar;
  /** bool [batch, sites], [batch, targets] */
  known: tf.Tensor;
  truth: tf.Tensor;
}

function stepInputs(window: HaplotypeWindow, recipe: HaplotypeRecipe, at: number): StepInputs {
  const { seed, steps, batch, warmup, learningRate } = recipe;
  const rising = Math.min(1, at / Math.max(1, warmup * steps));
  const rate = learningRate * rising * 0.5 * (1 + Math.cos(Math.PI * (at - 1) / steps));
  const { known, truth } = mosaics(window, recipe, [seed, at]);
  return {
    key: tf.tensor1d([seed, at], "int32"),
    step: tf.scalar(at, "int32"),
    learningRate: tf.scalar(rate),
    known: tf.tensor(known, [batch, window.sites.length], "bool"),
    truth: tf.tensor(truth, [batch, window.targets.length], "bool"),
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
