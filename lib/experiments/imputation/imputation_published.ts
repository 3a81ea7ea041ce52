import type { ModelKind } from "../../models/table/mod.ts";
import type { InferenceMode } from "../../train/table/recipe.ts";

/** What a published genotype run sets (`scripts/SPIN_scripts.sh`); everything else is the same in all of them. */
export interface PublishedImputation {
  model: ModelKind;
  /** Which of the paper's experiments. */
  block: "single window" | "multiple windows" | "more haplotypes" | "masking";
  /** Targets in a window. */
  size: number;
  /** Windows that one model is trained on. */
  windows: number;
  depth: number;
  batchSize: number;
  steps: number;
  flatShare: number;
  tradeoff: number;
  labelMask: number;
  chunkMask: boolean;
  /** Share of masked cells that get the mask token. */
  maskToken: number;
  /** Whether other rows than train rows are in training batches. */
  transductive: boolean;
  /** What the reference predicts from: its own rows with the encoder on, else the raw latents. */
  inference: InferenceMode;
  evaluateEvery: number;
  /** Shares of the train haplotypes that runs were made with. */
  proportions: readonly number[];
  seeds: readonly number[];
  /** Set where the reference has no command and this row was put together from others. */
  inferred?: true;
}

const SINGLE = {
  block: "single window",
  size: 100,
  windows: 1,
  batchSize: -1,
  steps: 15_000,
  flatShare: 0.7,
  tradeoff: 0.5,
  labelMask: 1,
  chunkMask: false,
  maskToken: 0.9,
  transductive: true,
  inference: "recompute",
  evaluateEvery: 5,
  proportions: [1],
  seeds: [42, 52, 62],
} as const;

const MULTIPLE = {
  ...SINGLE,
  model: "spin",
  block: "multiple windows",
  windows: 10,
  depth: 4,
  steps: 100_000,
  flatShare: 0.5,
  tradeoff: 0.1,
  labelMask: 0.15,
  chunkMask: true,
  maskToken: 1,
  evaluateEvery: 1,
  seeds: [42],
} as const;

/**
 * The published runs: embedding 64, 4 heads, h and f 10, hidden dropout 0.4, attention dropout 0.1, learning rate
 * 1e-3, feature masks 0.15, words of 5 alleles, 150 array sites. Where a description of a run and its flags
 * disagree, the flags stand here.
 */
export const PUBLISHED_IMPUTATION: readonly PublishedImputation[] = [
  { ...SINGLE, model: "npt", depth: 6 },
  { ...SINGLE, model: "npt", depth: 6, labelMask: 0.5, steps: 30_000 },
  { ...SINGLE, model: "only-aba", depth: 8, steps: 30_000, transductive: false },
  { ...SINGLE, model: "set-transformer", depth: 6 },
  { ...SINGLE, model: "set-transformer", depth: 6, labelMask: 0.5, steps: 30_000 },
  // NPT's row with the options of SPIN.
  { ...SINGLE, model: "spin", depth: 4, inferred: true },
  { ...SINGLE, model: "spin", depth: 4, labelMask: 0.5, steps: 30_000, inferred: true },
  { ...MULTIPLE, size: 100, labelMask: 0.7, chunkMask: false },
  { ...MULTIPLE, size: 200 },
  { ...MULTIPLE, size: 400 },
  {
    ...MULTIPLE,
    block: "more haplotypes",
    size: 300,
    inference: "latent",
    proportions: [0.01, 0.05, 0.15, 0.2, 0.3, 1],
  },
  {
    ...MULTIPLE,
    block: "more haplotypes",
    model: "npt",
    size: 300,
    proportions: [0.01, 0.05, 0.15, 0.2, 0.25],
  },
  { ...MULTIPLE, block: "masking", size: 100, batchSize: 256, maskToken: 0.9 },
  { ...MULTIPLE, block: "masking", size: 100, batchSize: 256, maskToken: 0.9, chunkMask: false },
];
