import { findPlugin, type FoundPlugin, pluginFor } from "@spin/xla/plugins";
import * as tf from "@tensorflow/tfjs-core";
// Registers tfjs's gradients and its cpu backend, which tfjs-core alone does not.
import "@tensorflow/tfjs";
import { fileURLToPath } from "node:url";
import type { XlaBackend } from "../../src/backend/backend.ts";
import { registerXla } from "../../src/mod.ts";

/** The configuration with which processes that tests start find the package and tfjs. */
export const CONFIG: string = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Where the workspace's set-up puts plugins and programs. */
export const CACHE: string = fileURLToPath(new URL("../../../../data/cache", import.meta.url));

/** Whether this platform has no XLA plugin: tests on XLA are ignored there. */
export const noPlugin: boolean = !Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH") && pluginFor() === undefined;

/** The plugin for the CPU, or the one that PJRT_PLUGIN_LIBRARY_PATH names. */
export const findTestPlugin = (): Promise<FoundPlugin> => findPlugin({ folder: `${CACHE}/plugins` }, "cpu");

/** Chooses the backend; `xla` is registered on the device that SPIN_DEVICE names. */
export async function useBackend(name: "xla" | "cpu"): Promise<void> {
  // It suggests a native add-on at its first use.
  (tf.findBackend("cpu") as unknown as { firstUse: boolean }).firstUse = false;
  if (name === "xla" && !tf.findBackend(name)) {
    const device = (Deno.env.get("SPIN_DEVICE") || undefined) as "cuda" | "cpu" | undefined;
    const { path, reason, cuda } = await findPlugin({ folder: `${CACHE}/plugins` }, device);
    if (!path) throw new Error(reason);
    const options = cuda ? { createOptions: { preallocate: false } } : {};
    registerXla(path, { ...options, programFolder: `${CACHE}/programs` });
  }
  await tf.setBackend(name);
}

/**
 * Frees what earlier tests forgot now, so that it is not freed while a later one counts buffers. Needs V8's
 * `--expose-gc`.
 */
export async function collectGarbage(): Promise<void> {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) return;
  gc();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A test on XLA. */
export function backendTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({
    name,
    ignore: noPlugin,
    fn: async () => {
      await useBackend("xla");
      await collectGarbage();
      await test();
    },
  });
}

/** The backend that `backendTest` chose. */
export const xla = (): XlaBackend => tf.backend() as XlaBackend;

/** The values of a tensor, which is disposed unless it is a variable. */
export function values(tensor: tf.Tensor): number[] {
  const list = Array.from(tensor.dataSync());
  if (!(tensor instanceof tf.Variable)) tensor.dispose();
  return list;
}

/** A variable whose data no other tensor shares. */
export const variable = (data: number[], name?: string): tf.Variable =>
  tf.tidy(() => tf.variable(tf.tensor1d(data), true, name));
