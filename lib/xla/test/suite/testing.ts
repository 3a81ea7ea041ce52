/** For tests: tfjs-core's own test suite on xla. */
import { deepEqual } from "node:assert/strict";
import { runSuite, type Spec } from "./run.ts";
import { SKIPS } from "./skips.ts";

/** Kernels that no spec of the suite runs: one needs a browser, one is this engine's own. */
const WITHOUT_SPECS = ["Draw", "KeyedUniform", "RotateWithOffset"];

/** Specs of kernels that neither the first spec of a group runs nor its first one about gradients. */
export const OTHER_SPECS: readonly string[] = [
  "abs complex64 rank-1",
  "nonMaxSuppression NonMaxSuppressionPadded select from three clusters with pad five.",
  "nonMaxSuppression NonMaxSuppressionWithScore select from three clusters with SoftNMS",
  "stringToHashBucketFast one bucket maps values to zero",
];

/**
 * Runs the suite, or a sample of it. All specs must pass, and all kernels must run.
 *
 * @param plugin its path
 * @param sample see ChildOptions
 * @param node see runSuite
 */
export async function passSuite(plugin: string, sample?: readonly string[], node?: string): Promise<Spec[]> {
  const skipped = SKIPS.map(({ name }) => name);
  const { specs, kernels } = await runSuite({ backend: "xla", plugin, skipped, sample }, node);
  const failed = specs.filter(({ status }) => status === "failed");
  deepEqual(failed.map(({ name, errors }) => `${name}: ${errors[0]}`), []);
  const ran = new Set(specs.flatMap((spec) => spec.kernels));
  deepEqual(kernels.filter((name) => !ran.has(name)).sort(), WITHOUT_SPECS, "kernels that did not run");
  return specs;
}
