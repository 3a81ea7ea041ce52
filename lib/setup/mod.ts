/** Set-up: what the workspace needs on this machine, made once and found in place ever after. */
import type { CudaVersion } from "@spin/xla/plugins";
import { dirname, join } from "node:path";
import type { TensorflowKind } from "../engine/tensorflow_bundle.ts";
import { UserError } from "../errors.ts";
import { CACHE, ROOT } from "../paths.ts";
import { ensureBaselines } from "./baselines.ts";
import { lastLines, runTool } from "./command.ts";
import { ensureEnvironment } from "./environment.ts";
import { ensureKernel } from "./kernel.ts";
import { ensureCuda, ensurePlugin } from "./plugin.ts";
import { ensureTensorflow } from "./tensorflow.ts";
import { type ReportProgress, type Say, step } from "./wheels.ts";

interface SetupOptions {
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
  const report: ReportProgress = { verbose, print };
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

/** Fetches npm packages that are missing. @throws UserError if that fails, or deno.lock has others */
async function ensurePackages(say: Say): Promise<string> {
  const notice = setTimeout(() => say("fetching npm packages"), 1000);
  const result = await runTool(Deno.execPath(), ["install", "--quiet"], {
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  clearTimeout(notice);
  if (result?.code !== 0) {
    const said = (result?.stderr ?? "").replace(/Stack backtrace:[\s\S]*/, "").replace(/^Download .*$/gm, "");
    throw new UserError(
      `the npm packages could not be fetched; check the network connection, and the registry and proxy that npm uses. ` +
        `Deno said:\n${lastLines(said, 6)}`,
    );
  }
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const packages = Object.values<string>(imports).filter((target) => target.startsWith("npm:"));
  return `${packages.length} npm packages and what they need`;
}

async function openLock(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    return await Deno.open(path, { create: true, write: true });
  } catch (error) {
    throw new UserError(`the workspace cannot be written: ${(error as Error).message}`);
  }
}

/** Holds a lock file while `work` runs; says so once if another process holds it. A folder that is read only is a UserError. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  say: (line: string) => void,
): Promise<T> {
  using file = await openLock(path);
  const notice = setTimeout(() => say("another set-up of this workspace is running; waiting for it"), 500);
  try {
    await file.lock(true);
  } finally {
    clearTimeout(notice);
  }
  return await work();
}
