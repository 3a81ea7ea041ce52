import { UserError } from "../errors.ts";
import type { NeuralProcessDims } from "../models/process/dims.ts";
import { anp, banp, bnp, canp, cipnp, cnp, ipnp, np } from "../models/process/models.ts";
import { olderIpnp, olderLatentIpnp, withoutLatent } from "./older_ipnp.ts";
import type { Tasks } from "../models/process/points.ts";
import { field, type GoldenCase } from "./case.ts";
import { spinOptions } from "./process_blocks.ts";
import { bootstrap, conditional, latent, type Runnable } from "./process_runnable.ts";

export type ProcessArguments = Record<string, number | boolean | string>;

/** Widths and depths among a constructor's arguments. */
export const dimsOf = (given: ProcessArguments): NeuralProcessDims => ({
  dimX: Number(given.dim_x),
  dimY: Number(given.dim_y),
  dimHid: Number(given.dim_hid),
  dimLat: Number(given.dim_lat),
  encVDepth: Number(given.enc_v_depth),
  encQkDepth: Number(given.enc_qk_depth),
  encPreDepth: Number(given.enc_pre_depth),
  encPostDepth: Number(given.enc_post_depth),
  decDepth: Number(given.dec_depth),
});

/** The model that a case's class and options name. */
export function buildProcess(golden: GoldenCase, tasks: Tasks): Runnable {
  const { class: kind } = field<{ class: string }>(golden.spec, "reference", golden.name);
  const given = field<ProcessArguments>(golden.spec, "constructor", golden.name);
  const dims = dimsOf(given);
  switch (kind) {
    case "CNP":
      return conditional(cnp(dims, 0), tasks);
    case "CANP":
      return conditional(canp(dims, 0), tasks);
    case "IPCANP":
      return conditional(cipnp(dims, spinOptions(given), 0), tasks);
    case "BNP":
      return bootstrap(bnp(dims, 0), tasks, golden);
    case "BANP":
      return bootstrap(banp(dims, 0), tasks, golden);
    case "NP":
      return latent(np(dims, 0), tasks, golden);
    case "ANP":
    case "IPANP": {
      const options = kind === "IPANP" ? spinOptions(given) : undefined;
      if (given.use_latent_path !== false) {
        return latent(options ? ipnp(dims, options, 0) : anp(dims, 0), tasks, golden);
      }
      const samples = ["train_call", "eval_call"].map((call) =>
        Number(
          field<{ arguments: ProcessArguments }>(golden.spec, call, golden.name).arguments.num_samples ?? 0,
        )
      ) as [number, number];
      return conditional(withoutLatent(dims, options, 0), tasks, samples);
    }
    case "IPNP":
      return older(given, tasks, golden);
    default:
      throw new UserError(`${golden.name}: expected a known class, found ${kind}.`);
  }
}

function older(given: ProcessArguments, tasks: Tasks, golden: GoldenCase): Runnable {
  const options = {
    dimX: Number(given.dim_x),
    dimY: Number(given.dim_y),
    dataEmbDim: Number(given.data_emb_dim),
    dataEmbDepth: Number(given.data_emb_depth),
    decDim: Number(given.dec_dim),
    boundStd: Boolean(given.bound_std),
    spin: spinOptions(given),
  };
  if (!given.use_latent_path) return conditional(olderIpnp(options, 0), tasks);
  const kind = given.use_spin_latent ? "rowLatent" : "latent";
  return latent(olderLatentIpnp(options, kind, 0), tasks, golden);
}
