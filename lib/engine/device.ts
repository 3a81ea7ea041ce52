/** The device that the xla engine runs on: which plugin is loaded, and with which options. */
import { UserError } from "../errors.ts";
import {
  type CudaBundle,
  type Driver,
  installedCuda,
  isCudaPlugin,
  prepareBundle,
  prepareNamed,
  probeDriver,
} from "../setup/cuda.ts";
import { taskCommand } from "../setup/paths.ts";
import { findPlugin } from "../setup/plugin.ts";
import type { ClientOptions, Precision } from "../xla/mod.ts";

export const DEVICES = ["auto", "cuda", "cpu"] as const;
export type DeviceName = (typeof DEVICES)[number];

const PRECISIONS = ["float32", "tf32"] as const;

/** A plugin to load; without a path, the reason why there is none. */
export interface DevicePlugin extends ClientOptions {
  path?: string;
  precision?: Precision;
  /** Why there is none, and what to do, in one line; empty if there is one. */
  reason: string;
}

type Variable = "SPIN_DEVICE" | "SPIN_PRECISION" | "SPIN_GPU_MEMORY";

const variable = (name: Variable): string | undefined => Deno.env.get(name) || undefined;

function oneOf<T extends string>(name: Variable, allowed: readonly T[], otherwise: T): T {
  const value = variable(name) ?? otherwise;
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new UserError(`${name}: expected one of ${allowed.join(", ")}, found '${value}'`);
}

/**
 * Whether to run on a GPU: `cuda` if asked for, `auto` if its plugin is installed and the driver has a GPU.
 *
 * @throws UserError if a GPU was asked for and can't be used, with what to do about it
 */
export function choosesCuda(asked: DeviceName, installed: boolean, driver: () => Driver): boolean {
  if (asked === "cpu" || (asked === "auto" && !installed)) return false;
  const { reason } = driver();
  if (asked === "auto") return reason === "";
  if (!installed) {
    throw new UserError(
      `SPIN_DEVICE is cuda, but XLA for NVIDIA GPUs is not installed: ${
        taskCommand("setup --cuda")
      } installs it` +
        (reason ? ` (and ${reason})` : ""),
    );
  }
  if (reason) throw new UserError(`SPIN_DEVICE is cuda, but ${reason}`);
  return true;
}

/**
 * How XLA shares a GPU: memory is taken as it is needed. SPIN_GPU_MEMORY, a share of it between 0 and 1, takes so much
 * at once instead.
 *
 * @throws UserError for another value
 */
export function gpuOptions(memory: string | undefined): ClientOptions {
  if (memory === undefined) return { createOptions: { preallocate: false } };
  const share = Number(memory);
  if (share > 0 && share <= 1) return { createOptions: { preallocate: true, memory_fraction: share } };
  throw new UserError(
    `SPIN_GPU_MEMORY: expected a share of the memory above 0, at most 1, found '${memory}'`,
  );
}

/**
 * The plugin to load: the file that PJRT_PLUGIN_LIBRARY_PATH names; else the one that SPIN_DEVICE chooses (`cuda`,
 * `cpu`, or `auto`: a GPU where there is one and its plugin is installed). NVIDIA's libraries beside it are loaded.
 *
 * @throws UserError for an unknown device or precision, a GPU that can't be used, and a missing or damaged file
 */
export async function findDevice(): Promise<DevicePlugin> {
  const asked = oneOf("SPIN_DEVICE", DEVICES, "auto");
  const precision: Precision = oneOf("SPIN_PRECISION", PRECISIONS, "float32") === "tf32" ? "fast" : "exact";
  const gpu = () => ({ ...gpuOptions(variable("SPIN_GPU_MEMORY")), precision });
  if (Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH")) {
    const named = await findPlugin();
    if (!isCudaPlugin(named.path!)) return named;
    prepareNamed(await Deno.realPath(named.path!));
    return { ...named, ...gpu() };
  }
  const cuda: CudaBundle | undefined = asked === "cpu" ? undefined : await installedCuda();
  if (!choosesCuda(asked, cuda !== undefined, probeDriver)) return await findPlugin();
  return { path: await prepareBundle(cuda!), reason: "", ...gpu() };
}
