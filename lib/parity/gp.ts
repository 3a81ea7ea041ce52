import * as tf from "@tensorflow/tfjs-core";
import {
  cholesky,
  covariance,
  type GpKernel,
  gpKernel,
  type GpParameters,
  gpPosterior,
  type HostParameters,
} from "../data/gp/kernels.ts";
import { jointLogDensity, logMarginal, pointLogDensities } from "./gp_densities.ts";
import { gpBatch, LENGTHS, PERIODS, SCALES } from "../data/gp/sampler.ts";
import { UserError } from "../errors.ts";
import { field, fixture, type GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { computeNamed } from "./compute.ts";
import { parameterTensor } from "./parameters.ts";
import { tailNoise } from "./tail_noise.ts";

/** The kernel that a case is named after. */
const kernelOf = ({ name }: GoldenCase): GpKernel => gpKernel(name.split("_").at(-1)!);

/** Covariance and its factor, `gp_kernel_*`. */
export function runGpKernel(golden: GoldenCase): Promise<Produced> {
  const of = (name: string) => parameterTensor(golden, `input/${name}`) as tf.Tensor1D;
  const kernel = kernelOf(golden);
  const parameters: GpParameters = {
    length: of("length"),
    scale: of("scale"),
    ...(kernel === "periodic" && { period: of("period") }),
  };
  const x = of("x") as tf.Tensor;
  return computeNamed(() => {
    const matrix = covariance(kernel, x, parameters);
    return { "output/cov": matrix, "output/chol": cholesky(matrix) };
  });
}

/** A batch from recorded draws, `gp_sampler_*`. */
export function runGpSampler(golden: GoldenCase): Promise<Produced> {
  const kernel = kernelOf(golden);
  const uniform = (name: string) => parameterTensor(golden, `input/u_${name}`) as tf.Tensor1D;
  const noise = tailNoise(golden, (name) => parameterTensor(golden, `noise/${name}`), {
    uniform: "u_tnoise",
    largest: 0.15,
  });
  const [context, target] = ["num_ctx", "num_tar"].map((name) => fixture(golden, `noise/${name}`).data[0]!);
  const draws = {
    x: parameterTensor(golden, "noise/u_x") as tf.Tensor3D,
    length: uniform("length"),
    scale: uniform("scale"),
    noise: parameterTensor(golden, "noise/eps") as tf.Tensor2D,
    ...(kernel === "periodic" && { period: uniform("period") }),
  };
  const [batch, points] = draws.x.shape;
  return computeNamed(() => {
    const { x, y: clean } = gpBatch({ kernel, batch, points }, draws);
    const y = noise ? tf.add(clean, noise) : clean;
    const [yc, yt] = tf.split(y, [context!, target!], 1);
    return { "output/x": x, "output/y": y, "output/yc": yc!, "output/yt": yt! };
  });
}

/** Exact regression, `gp_posterior_*`. */
export function runGpPosterior(golden: GoldenCase): Promise<Produced> {
  const kernel = kernelOf(golden);
  const context = field<number>(golden.spec, "num_ctx", golden.name);
  const [batch, points] = fixture(golden, "input/y").shape;
  if (batch === undefined || points === undefined) {
    throw new UserError(`${golden.name}, input/y: expected two axes.`);
  }
  const dimX = fixture(golden, "input/x").data.length / (batch * points);
  const items = Array.from({ length: batch }, (_, item) => {
    const rows = (name: string, width = 1) =>
      Array.from(
        fixture(golden, `input/${name}`).data.slice(item * points * width, (item + 1) * points * width),
      );
    const places = rows("x", dimX);
    const inputs = Array.from({ length: points }, (_, i) => places.slice(i * dimX, (i + 1) * dimX));
    const within = ([low, high]: readonly [number, number], name: string) =>
      low + (high - low) * fixture(golden, `input/u_${name}`).data[item]!;
    const parameters: HostParameters = {
      length: within(LENGTHS, "length"),
      scale: within(SCALES, "scale"),
      ...(kernel === "periodic" && { period: within(PERIODS, "period") }),
    };
    return posteriorOf(kernel, parameters, inputs, rows("y"), context);
  });
  const names = Object.keys(items[0]!) as (keyof ReturnType<typeof posteriorOf>)[];
  const results = new Map(
    names.map((name) => [`output/${name}`, items.flatMap((item) => Array.from(item[name]))]),
  );
  for (const name of ["tar_ll", "ctx_ll"]) {
    const values = results.get(`output/${name}`)!;
    results.set(`output/${name}_mean`, [values.reduce((a, b) => a + b) / values.length]);
  }
  return Promise.resolve(results);
}

function posteriorOf(
  kernel: GpKernel,
  parameters: HostParameters,
  x: readonly number[][],
  y: readonly number[],
  count: number,
) {
  const context = { x: x.slice(0, count), y: y.slice(0, count) };
  const target = { x: x.slice(count), y: y.slice(count) };
  const there = gpPosterior(kernel, parameters, context, target.x);
  const here = gpPosterior(kernel, parameters, context, context.x);
  return {
    post_mean: there.mean,
    post_cov: there.covariance,
    post_sd: there.deviation,
    tar_ll: pointLogDensities(there, target.y),
    ctx_ll: pointLogDensities(here, context.y),
    joint_tar_ll: [jointLogDensity(there.mean, there.covariance, target.y)],
    log_marginal_ctx: [logMarginal(kernel, parameters, context)],
    log_marginal_all: [logMarginal(kernel, parameters, { x, y })],
  };
}
