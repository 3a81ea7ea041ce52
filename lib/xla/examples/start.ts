import process from "node:process";
import * as tf from "@tensorflow/tfjs";
import { BACKEND, registerXla } from "@spin/xla";
import { findPlugin } from "@spin/xla/plugins";

/** Starts XLA with the plugin of PJRT_PLUGIN_LIBRARY_PATH, or with one in the folder PLUGINS. @throws Error if there is none */
export async function start(): Promise<void> {
  const { path, reason } = await findPlugin({ folder: process.env.PLUGINS ?? "plugins" });
  if (!path) throw new Error(reason);
  registerXla(path);
  await tf.setBackend(BACKEND);
}
