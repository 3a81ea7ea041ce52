/** For tests: the parity cases on one engine. */
import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../engine/mod.ts";
import { runGolden } from "./runner.ts";

/** The folder of parity cases. */
export const DIR = new URL("../../data/golden", import.meta.url).pathname;

/**
 * A test of every parity case.
 *
 * @param absent why the engine can't be tested here, if it can't
 */
export function parityTest(engine: string, absent?: string): void {
  Deno.test({
    name: `every parity case passes on ${engine}${absent ? ` (${absent})` : ""}`,
    ignore: absent !== undefined,
    async fn() {
      await useEngine(engine);
      const before = tf.memory().numTensors;
      const rows = await Array.fromAsync(runGolden(DIR));
      const failed = rows.filter(({ status }) => status !== "pass")
        .map(({ name, problems }) => `${name}: ${problems[0]}`);
      deepEqual(failed, []);
      ok(rows.length >= 35);
      equal(tf.memory().numTensors, before);
    },
  });
}
