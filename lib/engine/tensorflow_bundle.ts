/** Where set-up puts the engine of `@tensorflow/tfjs-node`, and how it is found again. */
import { type Bundle, isInstalled, verifyBundle } from "@spin/xla/plugins";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { CACHE, taskCommand } from "../paths.ts";

/** For the CPU, or for NVIDIA GPUs as `@tensorflow/tfjs-node-gpu` is. */
export type TensorflowKind = "cpu" | "gpu";

const LOCKS = join(import.meta.dirname!, "locks");

/** The npm packages, as the folder `locks` has them: an import map and Deno's lock of it. */
export const NPM = join(LOCKS, "tensorflow-npm");

/** The addon and JavaScript in the bundle. */
export const ADDON = "tfjs_binding.node";
export const PACKAGE = "tfjs-node";

export interface TensorflowBundle extends Bundle {
  repair: string;
  kind: TensorflowKind;
  /** The wheels that it is made of, as lines of pip's requirements with their SHA-256; TensorFlow's own first. */
  wheels: string;
}

const sha256 = (text: string) => createHash("sha256").update(text);

/** The bundle of this workspace's pinned versions, there or not. */
export async function tensorflowBundle(kind: TensorflowKind): Promise<TensorflowBundle> {
  const wheels = await Deno.readTextFile(join(LOCKS, `tensorflow-${kind}.txt`));
  const npm = await Deno.readTextFile(`${NPM}.lock`);
  const key = sha256(sha256(wheels).digest("hex").slice(0, 16)).update(npm).digest("hex").slice(0, 16);
  return {
    kind,
    wheels,
    folder: join(CACHE, "tensorflow", `${kind}-${key}`),
    name: `TensorFlow ${/==(\S+)/.exec(wheels)![1]}`,
    repair: taskCommand(`setup --tensorflow${kind === "gpu" ? "-gpu" : ""} --repair`),
  };
}

export interface InstalledTensorflow {
  kind: TensorflowKind;
  folder: string;
  /** Of native files, in the folder. */
  files: string[];
}

/** The installed engine, verified, if any; that for GPUs first unless SPIN_DEVICE is `cpu`. */
export async function findTensorflow(): Promise<InstalledTensorflow | undefined> {
  const kinds = Deno.env.get("SPIN_DEVICE") === "cpu" ? ["cpu"] as const : ["gpu", "cpu"] as const;
  for (const kind of kinds) {
    const bundle = await tensorflowBundle(kind);
    if (await isInstalled(bundle)) return { kind, folder: bundle.folder, files: await verifyBundle(bundle) };
  }
}

/** As `findTensorflow`. @throws UserError with the command to run if there is none */
export async function requireTensorflow(): Promise<InstalledTensorflow> {
  const found = await findTensorflow();
  if (found) return found;
  throw new UserError(
    `The tensorflow engine (@tensorflow/tfjs-node) is not installed: ` +
      `${taskCommand("setup --tensorflow")} installs it.`,
  );
}
