import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { type Attention, attention } from "../models/process/attention.ts";
import { crossEncoder, crossSpinEncoder } from "../models/process/cross_encoder.ts";
import { decoder } from "../models/process/decoder.ts";
import { latentNormal, type Normal } from "../models/process/normal.ts";
import type { Points } from "../models/process/points.ts";
import { type Pooled, poolingEncoder, poolingSpinEncoder } from "../models/process/pooling_encoder.ts";
import { abla, type Latents, spin, spinBlock, type SpinOptions, xaba, xabd } from "../models/process/spin.ts";
import { reluMlp } from "../nn/layers.ts";
import type { Init } from "../nn/parameters.ts";
import { type Block, runBlock } from "./block.ts";
import { field, type GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";

type Arguments = Record<string, number | boolean | string | undefined>;
type Tensors = Record<string, tf.Tensor3D>;

/** The options of the inducing points among a constructor's arguments. */
export const spinOptions = (given: Arguments): SpinOptions => ({
  useHA: Boolean(given.use_H_A),
  ablaInduce: Boolean(given.use_ABLA_induce),
  haDim: Number(given.H_A_dim),
  induce: Number(given.num_induce),
  heads: Number(given.num_heads ?? 8),
  blocks: Number(given.num_spin_blocks ?? 1),
  initial: given.H_D_init === "orthogonal" ? "orthogonal" : "xavier",
});

/** One part of a neural process, `block_*`. */
export function runProcessBlock(golden: GoldenCase): Promise<Produced> {
  const { class: kind } = field<{ class: string }>(golden.spec, "reference", golden.name);
  const given = field<Arguments>(golden.spec, "constructor", golden.name);
  const call = (golden.spec.forward_call ?? {}) as Arguments;
  const build = BUILDERS[kind];
  if (!build) throw new UserError(`${golden.name}: expected a known class, found ${kind}.`);
  return runBlock(golden, (init) => build(init, given, call), (name) => name);
}

const dimsOf = (given: Arguments) => ({
  dimX: Number(given.dim_x),
  dimY: Number(given.dim_y),
  dimHid: Number(given.dim_hid),
});

const poolingDims = (given: Arguments) => ({
  ...dimsOf(given),
  preDepth: Number(given.pre_depth),
  postDepth: Number(given.post_depth),
  dimLat: given.dim_lat === undefined ? undefined : Number(given.dim_lat),
});

const poolingBlock = (block: Pooled, dimLat: number | undefined): Block => ({ xc, yc, keep }) => {
  const points = pointsOf(xc, yc, keep && tf.sub(1, keep));
  return dimLat
    ? normal(block.latents(points, [points.x.shape[1]])[0]!)
    : { out: block.vector(points) as tf.Tensor3D };
};

const pointsOf = (x?: tf.Tensor, y?: tf.Tensor, hidden?: tf.Tensor) => ({ x, y, hidden }) as Points;

const normal = ({ mean, sigma }: Normal) => ({ mean, sigma }) as Tensors;

const BUILDERS: Record<string, (init: Init, given: Arguments, call: Arguments) => Block> = {
  MLP(init, { dim_in, dim_hid, dim_out, depth }) {
    const mlp = reluMlp(init, "net", Number(dim_in), Number(dim_hid), Number(dim_out), Number(depth));
    return ({ x }) => ({ out: mlp(x!) });
  },
  MultiHeadAttn(init, { dim_q, dim_k, dim_v, dim_out, num_heads }, { permute_dims }) {
    const block = attention(init, "", {
      dimQ: Number(dim_q),
      dimK: Number(dim_k),
      dimV: Number(dim_v),
      dimOut: Number(dim_out),
      heads: Number(num_heads),
    });
    return folded(({ q, k, v, mask }) => ({
      out: permute_dims
        ? block.features(q!, k!, v!, hiddenOf(mask))
        : block.rows({ x: q! }, k!, v!, hiddenOf(mask)),
    }));
  },
  SelfAttn(init, { dim_in, dim_out, num_heads }) {
    const dim = Number(dim_in);
    const widths = {
      dimQ: dim,
      dimK: dim,
      dimV: dim,
      dimOut: Number(dim_out),
      heads: Number(num_heads ?? 8),
    };
    const block: Attention = attention(init, "", widths);
    return ({ x, mask }) => ({ out: block.rows({ x: x! }, x!, x!, hiddenOf(mask)) });
  },
  XABA(init, { data_dim, latent_dim, num_heads }) {
    const block = xaba(init, "", Number(data_dim), Number(latent_dim), Number(num_heads));
    return ({ x, H_A }) => ({ out: block(x!, H_A!) });
  },
  ABLA(init, { latent_dim, num_heads }) {
    const block = abla(init, "", Number(latent_dim), Number(num_heads));
    return ({ H }) => ({ out: block(H!) });
  },
  XABD(init, { latent_dim, num_heads }) {
    const block = xabd(init, "", Number(latent_dim), Number(num_heads));
    return ({ H_A, H_D, mask }) => ({ out: block({ x: H_A! }, H_D!, { hidden: hiddenOf(mask) }) });
  },
  SpinBlock(init, { use_H_A, use_ABLA_induce, data_dim, latent_dim, num_heads }) {
    const block = spinBlock(init, "", {
      useHA: Boolean(use_H_A),
      ablaInduce: Boolean(use_ABLA_induce),
      dataDim: Number(data_dim),
      latentDim: Number(latent_dim),
      heads: Number(num_heads),
    });
    return ({ x, H_A, H_D, mask }) => {
      const latents: Latents = block({ x: x! }, { ha: H_A, hd: H_D! }, { hidden: hiddenOf(mask) });
      return { ...(latents.ha && { H_A: latents.ha }), H_D: latents.hd };
    };
  },
  Spin(init, given) {
    const block = spin(init, "", Number(given.data_dim), spinOptions(given));
    return ({ context, mask }) => ({ out: block({ x: context! }, { hidden: hiddenOf(mask) }) });
  },
  PoolingSpinEncoder(init, given) {
    const dims = poolingDims(given);
    return poolingBlock(poolingSpinEncoder(init, "", dims, spinOptions(given)), dims.dimLat);
  },
  PoolingEncoder(init, given) {
    const dims = poolingDims(given);
    const block = poolingEncoder(init, "", { ...dims, selfAttention: Boolean(given.self_attn) });
    return poolingBlock(block, dims.dimLat);
  },
  CrossAttnEncoder(init, given) {
    const dimLat = given.dim_lat === undefined ? undefined : Number(given.dim_lat);
    const block = crossEncoder(init, "", {
      ...dimsOf(given),
      vDepth: Number(given.v_depth),
      qkDepth: Number(given.qk_depth),
      dimOut: dimLat && 2 * dimLat,
      selfAttention: given.self_attn !== false,
    });
    return ({ xc, yc, xt, mask }) => {
      const out = block(pointsOf(xc, yc, mask), xt!);
      return dimLat ? normal(latentNormal(out)) : { out };
    };
  },
  CrossAttnSpinEncoder(init, given) {
    const dims = { ...dimsOf(given), vDepth: Number(given.v_depth), qkDepth: Number(given.qk_depth) };
    const block = crossSpinEncoder(init, "", dims, spinOptions(given));
    return ({ xc, yc, xt }) => ({ out: block(pointsOf(xc, yc), xt!) });
  },
  Decoder(init, given) {
    const block = decoder(init, "", {
      ...dimsOf(given),
      dimEnc: Number(given.dim_enc),
      depth: Number(given.depth),
      context: given.add_ctx === undefined ? undefined : Number(given.add_ctx),
    });
    return ({ encoded, x, ctx }) => normal(block([encoded!], x!, ctx && [ctx]));
  },
};

const hiddenOf = (mask: tf.Tensor | undefined) => mask as tf.Tensor2D | undefined;

/** Runs a block on inputs that may have an axis more, [k, b, n, w]. */
function folded(block: Block): Block {
  return (inputs) => {
    const lead = Object.values(inputs)[0]!.shape.slice(0, -2);
    const fold = (x: tf.Tensor) => lead.length === 1 ? x : tf.reshape(x, [-1, ...x.shape.slice(lead.length)]);
    const outputs = block(
      Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, fold(x)])) as Tensors,
    );
    return Object.fromEntries(
      Object.entries(outputs).map((
        [name, x],
      ) => [name, tf.reshape(x, [...lead, ...x.shape.slice(1)] as [number, number, number])]),
    ) as Tensors;
  };
}
