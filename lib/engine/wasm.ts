import * as tf from "@tensorflow/tfjs-core";
import { getThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { fileURLToPath } from "node:url";

/** Starts tfjs's WebAssembly backend from the files in its package. @returns the number of threads it uses. */
export async function startWasm(): Promise<number> {
  setWasmPaths(fileURLToPath(new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm"))));
  await tf.setBackend("wasm");
  return getThreadsCount();
}
