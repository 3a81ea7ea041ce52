/** TensorFlow's own kernels below tfjs: `@tensorflow/tfjs-node`, from where set-up installed it. */
import { preload } from "@spin/xla/plugins";
import * as tf from "@tensorflow/tfjs-core";
import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";
import { UserError } from "../errors.ts";
import { reasonOf } from "../files.ts";
import { ADDON, type InstalledTensorflow, PACKAGE, requireTensorflow } from "./tensorflow_bundle.ts";

const BACKEND = "tensorflow";

/** Of the addon, what is used here. */
interface NodeBackend extends tf.KernelBackend {
  binding: { TF_Version: string };
  isUsingGpuDevice: boolean;
}

/**
 * What TensorFlow reads when it is loaded, unless the user set it: kernels that give the same bits for the same input
 * (a few on GPUs would add in the order in which threads finish), and fewer lines about the machine.
 */
const SETTINGS = { TF_DETERMINISTIC_OPS: "1", TF_CPP_MIN_LOG_LEVEL: "2" };

/**
 * Makes TensorFlow the tfjs backend. `TF_NUM_INTRAOP_THREADS` limits its threads.
 *
 * @throws UserError if it is not installed, damaged, or can't be loaded
 */
export async function startTensorflow() {
  const installed = await requireTensorflow();
  const require = createRequire(join(installed.folder, PACKAGE, "dist", "index.js"));
  if (!tf.findBackend(BACKEND)) await register(installed, require);
  await tf.setBackend(BACKEND);
  const backend = tf.findBackend(BACKEND) as NodeBackend;
  return {
    device: backend.isUsingGpuDevice ? "gpu" : "cpu",
    threads: Number(Deno.env.get("TF_NUM_INTRAOP_THREADS")) || navigator.hardwareConcurrency,
    library: `TensorFlow ${backend.binding.TF_Version}, tfjs-node ${require("../package.json").version}`,
  };
}

function register({ kind, folder, files }: InstalledTensorflow, require: NodeJS.Require): void {
  for (const [name, value] of Object.entries(SETTINGS)) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
  restoreUtil(util as unknown as Record<string, unknown>);
  if (kind === "gpu") preload(folder, files);
  let binding: NodeBackend["binding"];
  try {
    binding = require(join(folder, ADDON));
  } catch (error) {
    throw new UserError(`TensorFlow could not be loaded: ${reasonOf(error)}`);
  }
  require("./register_all_kernels.js");
  const { NodeJSKernelBackend } = require("./nodejs_kernel_backend.js");
  const backend: NodeBackend = new NodeJSKernelBackend(
    binding,
    `@tensorflow/tfjs-node${kind === "gpu" ? "-gpu" : ""}`,
  );
  tf.registerBackend(BACKEND, () => backend, 1);
}

/** Puts back what tfjs-node takes from `node:util` and newer versions of it left out. */
export function restoreUtil(module: Record<string, unknown>): void {
  module.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  module.isArray ??= Array.isArray;
}
