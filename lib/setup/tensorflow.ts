/** Where `task setup --tensorflow` puts the engine of `@tensorflow/tfjs-node`, and how it is found again. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type Bundle, isInstalled, verifyBundle } from "./bundle.ts";
import { CACHE, taskCommand } from "./paths.ts";
import { type Lock, readLock } from "./wheels.ts";

/** For the CPU, or for NVIDIA GPUs as `@tensorflow/tfjs-node-gpu` is. */
export type TensorflowKind = "cpu" | "gpu";

/** The npm packages, as the folder `locks` has them: an import map and Deno's lock of it. */
export const NPM = join(import.meta.dirname!, "locks", "tensorflow-npm");

/** The addon and JavaScript in the bundle. */
export const ADDON = "tfjs_binding.node";
export const PACKAGE = "tfjs-node";

export interface TensorflowBundle extends Bundle {
  kind: TensorflowKind;
  lock: Lock;
}

/** The bundle of this workspace's pinned versions, there or not. */
export async function tensorflowBundle(kind: TensorflowKind): Promise<TensorflowBundle> {
  const lock = await readLock(`tensorflow-${kind}`);
  const npm = await Deno.readTextFile(`${NPM}.lock`);
  const key = createHash("sha256").update(lock.key).update(npm).digest("hex").slice(0, 16);
  return {
    kind,
    lock,
    folder: join(CACHE, "tensorflow", `${kind}-${key}`),
    name: `TensorFlow ${lock.pins[0]!.version}`,
    repair: `setup ${kind === "gpu" ? "--tensorflow-gpu" : "--tensorflow"} --repair`,
  };
}

export interface InstalledTensorflow {
  kind: TensorflowKind;
  folder: string;
  /** Of native files, in the folder. */
  files: string[];
}

/** Which kinds to look for, best first. */
const wanted = (device: string | undefined): TensorflowKind[] => device === "cpu" ? ["cpu"] : ["gpu", "cpu"];

/**
 * The installed engine, its files verified: the one for GPUs first unless SPIN_DEVICE is `cpu`.
 *
 * @returns undefined if there is none
 * @throws UserError if a file is damaged
 */
export async function findTensorflow(
  device = Deno.env.get("SPIN_DEVICE"),
): Promise<InstalledTensorflow | undefined> {
  for (const kind of wanted(device)) {
    const bundle = await tensorflowBundle(kind);
    if (await isInstalled(bundle)) return { kind, folder: bundle.folder, files: await verifyBundle(bundle) };
  }
}

/** As `findTensorflow`. @throws UserError with the command to run if there is none */
export async function requireTensorflow(): Promise<InstalledTensorflow> {
  const found = await findTensorflow();
  if (found) return found;
  throw new UserError(
    `The tensorflow engine (@tensorflow/tfjs-node) is not installed: ${
      taskCommand("setup --tensorflow")
    } installs it.`,
  );
}
