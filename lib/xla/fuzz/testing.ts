/** For tests: random programs on both engines. */
import { deepEqual } from "node:assert/strict";
import { xlaTest } from "../../engine/testing.ts";
import { xla } from "../testing/backend.ts";
import { fuzz } from "./fuzz.ts";

/** A test of the first programs of a seed. */
export function agreementTest(count: number): void {
  xlaTest(
    `${count} random programs have the values and gradients of tfjs's cpu engine, and leave nothing behind`,
    async () => {
      const failures: string[] = [];
      const { agree } = await fuzz(xla(), { count, seed: 77, onFailure: (text) => failures.push(text) });
      deepEqual([agree, failures], [count, []]);
    },
  );
}
