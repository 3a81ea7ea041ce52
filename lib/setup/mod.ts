/** Set-up: what the workspace needs on this machine, made once and found in place ever after. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { ensureBaselines } from "./baselines_install.ts";
import { ensureEnvironment } from "./environment.ts";
import { ensureKernel } from "./kernel.ts";
import { withLock } from "./lock.ts";
import { ensurePackages } from "./packages.ts";
import { type CudaVersion, ensureCuda } from "./cuda_install.ts";
import { CACHE } from "./paths.ts";
import { ensurePlugin } from "./plugin_install.ts";
import { type Report, step } from "./step.ts";
import type { TensorflowKind } from "./tensorflow.ts";
import { ensureTensorflow } from "./tensorflow_install.ts";

export interface SetupOptions {
  /** Say that a step found everything in place; otherwise only work is reported. */
  verbose?: boolean;
  /** Download the XLA plugin, and what else is asked for here, anew. */
  repair?: boolean;
  /** Install the engine of `@tensorflow/tfjs-node` as well. */
  tensorflow?: TensorflowKind;
  /** Install XLA for NVIDIA GPUs as well; `auto` takes the version that suits the driver. */
  cuda?: CudaVersion | "auto";
  /** Install scikit-learn, XGBoost and LightGBM as well. */
  baselines?: boolean;
  print?: (line: string) => void;
}

/**
 * Makes, or finds in place: the Python environment with JupyterLab, the Deno kernel, the npm packages, the XLA plugin.
 * Safe to call by every command: a second call takes a fraction of a second and uses no network. With SPIN_SETUP=off,
 * for machines without network that have what a command needs, nothing is made or looked for.
 *
 * @throws UserError that says what is missing and how to get it
 */
export async function setup(
  { verbose = false, repair = false, tensorflow, cuda, baselines, print = console.log }: SetupOptions = {},
): Promise<void> {
  if (Deno.env.get("SPIN_SETUP") === "off") return;
  if (Deno.build.os === "windows") {
    throw new UserError("this workspace runs on Linux and macOS; on Windows, use it inside WSL 2");
  }
  const report: Report = { verbose, print };
  await withLock(join(CACHE, "setup.lock"), async () => {
    await step("python", ensureEnvironment, report);
    await step("kernel", ensureKernel, report);
    await step("packages", ensurePackages, report);
    await step("plugin", (say) => ensurePlugin(say, repair), report);
    if (tensorflow) {
      await step("tensorflow", (say) => ensureTensorflow(say, tensorflow, repair), report);
    }
    if (cuda) await step("cuda", (say) => ensureCuda(say, cuda, repair), report);
    if (baselines) await step("baselines", (say) => ensureBaselines(say, repair), report);
  }, print);
}
