/** The device that the xla engine runs on: which plugin is loaded, and with which options. */
import type { ClientOptions, Precision } from "@spin/xla";
import { DEVICES, findPlugin, type FoundPlugin } from "@spin/xla/plugins";
import { UserError } from "../errors.ts";
import { PLUGINS } from "../paths.ts";

/** What SPIN_PRECISION may be, and what the engine calls it. */
const PRECISIONS = { float32: "exact", tf32: "fast", bfloat16: "bfloat16" } as const satisfies Record<
  string,
  Precision
>;
type PrecisionName = keyof typeof PRECISIONS;

/** The name that users know a precision by. */
export const precisionName = (precision: Precision): PrecisionName =>
  (Object.keys(PRECISIONS) as PrecisionName[]).find((name) => PRECISIONS[name] === precision)!;

export interface DevicePlugin extends FoundPlugin, ClientOptions {
  precision?: Precision;
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

/** The plugin for the CPU, or the one that PJRT_PLUGIN_LIBRARY_PATH names. @throws UserError as `findDevice` does */
export const findCpuPlugin = (): Promise<FoundPlugin> => findPlugin(PLUGINS, "cpu");

/**
 * The plugin to load: the file that PJRT_PLUGIN_LIBRARY_PATH names; else the one that SPIN_DEVICE chooses (`cuda`,
 * `cpu`, or `auto`: a GPU where there is one and its plugin is installed).
 *
 * @throws UserError for an unknown device or precision, a GPU that can't be used, and a missing or damaged file
 */
export async function findDevice(): Promise<DevicePlugin> {
  const asked = oneOf("SPIN_DEVICE", DEVICES, "auto");
  const names = Object.keys(PRECISIONS) as PrecisionName[];
  const precision = PRECISIONS[oneOf("SPIN_PRECISION", names, "float32")];
  const found = await findPlugin(PLUGINS, asked);
  return found.cuda ? { ...found, ...gpuOptions(variable("SPIN_GPU_MEMORY")), precision } : found;
}
