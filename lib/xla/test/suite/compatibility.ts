import * as tf from "@tensorflow/tfjs-core";
import { BACKEND, kernels, registerKernels, withoutComputation } from "../../src/backend/register.ts";
import { count, type Spec } from "./run.ts";
import { SKIPS } from "./skips.ts";

/** How a kernel of tfjs runs on xla. */
type Support = "compiled" | "bridged" | "missing";

/** Every kernel that tfjs-core names, and how it runs. */
export function kernelSupport(): [name: string, support: Support][] {
  registerKernels();
  const names = Object.entries(tf).flatMap(([key, value]) => key === value ? [key] : []);
  const supportOf = (name: string): Support =>
    name in kernels || name in withoutComputation
      ? "compiled"
      : tf.getKernel(name, BACKEND)
      ? "bridged"
      : "missing";
  return [...new Set(names)].sort().map((name) => [name, supportOf(name)]);
}

/** The part of the page that depends on the tables of kernels alone. */
export function kernelSection(): string {
  const support = kernelSupport();
  const names = (kind: Support) =>
    support.filter(([, found]) => found === kind).map(([name]) => `\`${name}\``);
  const of = (kind: Support) => names(kind).length;
  const listed = (kind: Support) => `**${kind}**: ${names(kind).join(", ")}.`;
  return `## Kernels

Of ${support.length} kernels, ${of("compiled")} are compiled, ${
    of("bridged")
  } run on tfjs's \`cpu\` kernels with a copy each way
(not inside \`jit\`, where they are an error that names the kernel), and ${
    of("missing")
  } are missing, as they are on tfjs's
\`cpu\` engine. Strings and complex numbers always take the bridge.

${(["compiled", "bridged", "missing"] as const).map(listed).join("\n\n")}
`;
}

/** The page \`COMPATIBILITY.md\`, from runs of the whole suite in Deno and in Node. */
export function compatibilityPage(specs: readonly Spec[], inNode: readonly Spec[]): string {
  const { passed, failed, skipped } = count(specs);
  const node = count(inNode);
  const failing = [...Map.groupBy([...specs, ...inNode], ({ suite }) => suite)].filter(([, own]) =>
    count(own).failed > 0
  );
  return `# Compatibility with TensorFlow.js

Written by \`deno task test:ops --write-table\`.

## tfjs-core's own test suite

In Deno ${passed} specs passed, ${failed} failed; in Node ${node.passed} passed, ${node.failed} failed. ${skipped} were skipped: ${
    skipped - SKIPS.length
  } by the suite itself, and here

${SKIPS.map(({ name, reason }) => `- *${name}*: ${reason}.`).join("\n")}

${kernelSection()}
${failing.map(([name, own]) => `\n- ${name}: ${count(own).failed} failed`).join("")}`;
}

export const PAGE: URL = new URL("../../COMPATIBILITY.md", import.meta.url);
