import { UserError } from "../errors.ts";
import { mab } from "../nn/mab.ts";
import type { Init } from "../nn/parameters.ts";
import {
  attributeLatentLayer,
  datapointLatentLayer,
  flat,
  inducedAttention,
  nested,
  selfAttention,
} from "../models/table/blocks.ts";
import { type Block, runBlock } from "./block.ts";
import { field, type GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { attentionOptions, type ReferenceConfig, referenceConfig } from "./config.ts";

interface WidthArguments {
  dim_in: number;
  dim_emb: number;
  dim_out: number;
  input_shape: "flat" | "nested";
}

/** One attention block, `table_mab_*`. */
export function runMab(golden: GoldenCase): Promise<Produced> {
  const options = attentionOptions(referenceConfig(golden));
  const dims = field<Record<string, number>>(golden.spec, "constructor", golden.name);
  const [dimQ, dimKV, dimEmb, dimOut] = ["dim_Q", "dim_KV", "dim_emb", "dim_out"].map((name) =>
    Number(field(dims, name, golden.name))
  ) as [number, number, number, number];
  const build = (init: Init): Block => {
    const block = mab(init, "mab", { dimQ, dimKV, dimEmb, dimOut }, options);
    return ({ X, Y }) => ({ out: block(X!, Y!) });
  };
  return runBlock(golden, build, (name) => name.replace("mab.", ""));
}

/** One layer of an encoder, `table_mhsa_*`. */
export function runLayer(golden: GoldenCase): Promise<Produced> {
  const config = referenceConfig(golden);
  const widths = field<WidthArguments>(golden.spec, "constructor", golden.name);
  const modules: Record<string, string> = {
    xaba: "mab1",
    xabd: "mab1",
    self: "mab1",
    abla: "mab2",
    points: "I",
    gather: "mab0",
    spread: "mab1",
  };
  const rename = (name: string) => name.replace(/^\w+/, (module) => modules[module]!);
  return runBlock(golden, (init) => buildLayer(init, config, widths, golden.name), rename);
}

/** The third width of the reference's layers is that of the keys, whatever its name says. */
function buildLayer(init: Init, config: ReferenceConfig, widths: WidthArguments, name: string): Block {
  const { dim_in: width, dim_out: keyWidth, input_shape: shape } = widths;
  const options = attentionOptions(config);
  const abla = Boolean(config.ABLA);
  if (shape !== "flat" && shape !== "nested") {
    throw new UserError(`${name}, input_shape: expected flat or nested, found ${shape}.`);
  }
  if (config.set_transformer) {
    const points = Number(shape === "flat" ? config.num_inds_I : config.num_inds_F);
    const block = inducedAttention(init, points, width, options);
    return ({ X }) => ({ out: block(X!) });
  }
  if (config.perceiver_E || (config.SPIN && shape === "nested")) {
    const layer = attributeLatentLayer(init, width, abla, options);
    const latent = config.SPIN ? "H_ABA" : "H";
    return (inputs) => ({ ...inputs, [latent]: layer(inputs[latent]!, inputs.X!) });
  }
  if (config.SPIN) {
    const layer = datapointLatentLayer(init, width, keyWidth, options);
    return (inputs) => ({ ...inputs, H_ABD: layer(inputs.H_ABD!, flat(inputs.H_ABA!)) });
  }
  if (config.perceiver_D && shape === "flat") {
    const layer = datapointLatentLayer(init, width, keyWidth, options);
    return (inputs) => ({ ...inputs, H: layer(inputs.H!, inputs.X!) });
  }
  const block = selfAttention(init, "self", width, options);
  if (!config.perceiver_D) return ({ X }) => ({ out: block(X!) });
  return (inputs) => ({ ...inputs, H: flat(block(nested(inputs.H!, inputs.H!.shape[2] / width))) });
}
