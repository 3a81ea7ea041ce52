import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { UserError } from "../../errors.ts";
import { dropout, linear, symmetric } from "../../nn/layers.ts";
import { DEFAULT_ATTENTION, mab, widthsOf } from "../../nn/mab.ts";
import { createInit, type Init, type Parameter } from "../../nn/parameters.ts";
import { flat } from "../table/blocks.ts";
import { spinEncoder } from "../table/spin.ts";

/** A SPIN of haplotypes in one window, as plain data. */
export interface HaplotypeConfig {
  /** Known alleles of a row; a multiple of `word`. */
  sites: number;
  /** Alleles to predict. */
  targets: number;
  /** Neighbouring alleles that make one column (`Kmer_win_size` of the reference). */
  word: number;
  /** Width e of a cell. */
  embedding: number;
  /** Attribute inducing points f: rows of H_A. */
  f: number;
  /** Datapoint inducing points h: rows of H_D. */
  h: number;
  /** Attention blocks counted one by one, as in the reference: half as many pairs of XABA (with ABLA) and XABD. */
  depth: number;
  heads: number;
  dropout: number;
}

export const DEFAULT_HAPLOTYPE_CONFIG: Omit<HaplotypeConfig, "sites" | "targets"> = {
  word: 5,
  embedding: 16,
  f: 16,
  h: 16,
  depth: 2,
  heads: 4,
  dropout: 0.1,
};

/** SPIN for haplotypes: rows are haplotypes, columns are words of known alleles, the targets are alleles. */
export interface HaplotypeSpin {
  config: HaplotypeConfig;
  parameters: Parameter[];
  /** Lets the answers start at the targets' frequencies of ALT, [targets], each above 0 and below 1. */
  startAt(frequencies: Float32Array): void;
  /** Logits of the alternative alleles [n, targets] of rows [n, sites] that are the datapoints themselves. */
  forward(alleles: tf.Tensor2D, rng?: Rng): tf.Tensor2D;
  /** H_D [1, h, f·e] of rows [n, sites], to be kept. */
  encode(alleles: tf.Tensor2D): tf.Tensor3D;
  /** Logits [n, targets] from a kept H_D; cost independent of the rows it was made from. */
  predict(alleles: tf.Tensor2D, hD: tf.Tensor3D): tf.Tensor2D;
  dispose(): void;
}

/**
 * The encoder of the paper (XABA, ABLA, XABD) with a predictor of its own: the reference's flat predictor lets a whole
 * row of width d·e query H_D, with (d·e)² weights; here the row's latent attributes H_A, of width f·e, do, and one
 * Linear layer gives all targets. Cost is linear in the sites and in the targets of a window.
 *
 * @throws UserError if the words do not divide the sites, or there are more latent attributes than words
 */
export function createHaplotypeSpin(config: HaplotypeConfig, seed: number): HaplotypeSpin {
  const { sites, targets, word, embedding: e, f, h, depth, heads } = config;
  const columns = sites / word;
  if (!Number.isInteger(columns)) {
    throw new UserError(`sites: expected a multiple of the word length ${word}, found ${sites}`);
  }
  if (f > columns) throw new UserError(`f: expected at most the ${columns} words of a row, found ${f}`);
  const options = {
    ...DEFAULT_ATTENTION,
    heads,
    hiddenDropout: config.dropout,
    attentionDropout: config.dropout,
  };
  const width = f * e;
  const init = createInit(seed);
  const embed = wordEmbedding(init, columns, word, e);
  const { attributePath, gather } = spinEncoder(init, columns, {
    ...options,
    embedding: e,
    h,
    f,
    depth,
    abla: true,
  });
  const read = mab(init.within("predictor"), "latent", widthsOf(width), options);
  const head = linear(init, "head", width, targets);

  const rows = (alleles: tf.Tensor2D, rng?: Rng): tf.Tensor3D[] =>
    attributePath(dropout(embed(alleles), config.dropout, rng), rng);
  const decode = (hA: tf.Tensor3D, hD: tf.Tensor3D, rng?: Rng): tf.Tensor2D => {
    const query = read(flat(hA), hD, rng);
    return head(dropout(tf.reshape(query, [-1, width]) as tf.Tensor2D, config.dropout, rng));
  };
  return {
    config,
    parameters: init.parameters,
    startAt: (frequencies) =>
      tf.tidy(() => head.bias!.variable.assign(tf.tensor1d(frequencies.map((p) => Math.log(p / (1 - p)))))),
    forward(alleles, rng) {
      const latents = rows(alleles, rng);
      return decode(latents.at(-1)!, gather(latents, rng), rng);
    },
    encode: (alleles) => gather(rows(alleles)),
    predict: (alleles, hD) => decode(rows(alleles).at(-1)!, hD),
    dispose: () => [...init.parameters, ...init.constants].forEach((held) => held.dispose()),
  };
}

/**
 * Alleles [n, sites] of 0 and 1 to cells [n, columns, e]: each column has a table of its 2^word words
 * (`npt/utils/dataUtil.py`: first allele most significant).
 */
function wordEmbedding(init: Init, columns: number, word: number, e: number) {
  const words = 2 ** word;
  const table = init.create({
    name: "embedding.words",
    shape: [columns, words, e],
    stacked: true,
    fill: (draw) => symmetric(draw, columns * words * e, 1),
  });
  const places = init.constant(
    "embedding.places",
    [word],
    () => Float32Array.from({ length: word }, (_, i) => 2 ** (word - 1 - i)),
  );
  return (alleles: tf.Tensor2D): tf.Tensor3D => {
    const letters = tf.reshape(alleles, [-1, columns, word]);
    const codes = tf.cast(tf.sum(tf.mul(letters, places.variable), 2), "int32") as tf.Tensor2D;
    const onehot = tf.cast(tf.oneHot(codes, words), "float32");
    return tf.transpose(tf.matMul(tf.transpose(onehot, [1, 0, 2]), table.variable as tf.Tensor3D), [1, 0, 2]);
  };
}
