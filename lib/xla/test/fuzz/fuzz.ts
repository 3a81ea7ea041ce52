import * as tf from "@tensorflow/tfjs-core";
import { disagreements } from "./agreement.ts";
import { generate } from "./generate.ts";
import { describe } from "./program.ts";
import { shrink } from "./shrink.ts";

interface FuzzOptions {
  /** How many programs. */
  count: number;
  /** Programs have the seeds from `seed * 1,000,000` on, so that runs of different seeds share none. */
  seed: number;
  /** Is told of a program that differs, made small, with what differs in it. */
  onFailure?: (text: string) => void;
  onProgress?: (done: number) => void;
}

/** Compares random programs on both engines. The engine is xla afterwards. */
export async function fuzz(
  { count, seed, onFailure, onProgress }: FuzzOptions,
): Promise<{ agree: number; failures: number }> {
  let failures = 0;
  for (let i = 0; i < count; i++) {
    await tf.setBackend("cpu");
    const program = generate(seed * 1_000_000 + i);
    if ((await disagreements(program)).length > 0) {
      failures++;
      const small = await shrink(
        program,
        async (candidate) => (await disagreements(candidate)).length > 0,
      );
      onFailure?.(
        `${describe(small)}\n${(await disagreements(small)).map((line) => `  ${line}`).join("\n")}`,
      );
    }
    onProgress?.(i + 1);
  }
  return { agree: count - failures, failures };
}
