import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleChild, bundleSuite } from "./bundle.ts";

/** One spec of tfjs-core's test suite. */
export interface Spec {
  /** The outermost group that it belongs to, without the engine's name. */
  suite: string;
  /** The names of its groups and its own, without the engine's. */
  name: string;
  /** `excluded`: left out by name; `pending`: left out by the suite itself. */
  status: "passed" | "failed" | "excluded" | "pending";
  milliseconds: number;
  errors: string[];
  /** The kernels that it ran. */
  kernels: string[];
}

/** What the programs of the specs cost. */
export interface Compilation {
  programs: number;
  milliseconds: number;
}

export interface SuiteRun {
  /** Every spec, in the suite's order. */
  specs: Spec[];
  /** Every kernel of the engine. */
  kernels: string[];
  /** Of the engine `xla`. */
  compilation?: Compilation;
}

export interface ChildOptions {
  /** The tfjs engine that is tested. */
  backend: "xla" | "cpu";
  /** The PJRT plugin, for `xla`. */
  plugin?: string;
  /** Names of specs that are not run. */
  skipped: string[];
  /** Only specs whose names start like this are run. */
  only?: string;
  /** Only the first spec of each group is run, its first one about gradients, and those with these names. */
  sample?: readonly string[];
}

/**
 * Runs tfjs-core's own test suite, unmodified, in a process of its own.
 *
 * @param node a folder in which the suite runs in Node instead of Deno, koffi being installed there
 * @throws Error with the end of the process's output if it did not come to its end
 */
export async function runSuite(options: ChildOptions, node?: string): Promise<SuiteRun> {
  const folder = await Deno.makeTempDir({ dir: node });
  try {
    const bundle = join(folder, "suite.mjs");
    const results = join(folder, "results.json");
    await bundleSuite(bundle);
    const child = node ? join(folder, "child.mjs") : fileURLToPath(new URL("child.ts", import.meta.url));
    if (node) await bundleChild(child);
    const { code, signal, stdout, stderr } = await new Deno.Command(node ? "node" : Deno.execPath(), {
      args: [
        ...(node ? [] : ["run", "--allow-all", "--no-check"]),
        child,
        bundle,
        JSON.stringify(options),
        results,
      ],
      // The suite looks at which platform it is on.
      env: { NO_COLOR: "1" },
    }).output();
    if (code !== 0) {
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      throw new Error(
        `the test suite ended with ${signal ?? `code ${code}`}; its last words:\n${said.slice(-4000)}`,
      );
    }
    return JSON.parse(await Deno.readTextFile(results));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the package calls C functions with in Node: an npm package that lies beside it. */
export const KOFFI = "koffi@3";

/** Runs the suite in Node, as `runSuite` does. @throws Error without Node and npm */
export async function runSuiteInNode(options: ChildOptions): Promise<SuiteRun> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ private: true }));
    const args = ["install", "--no-audit", "--no-fund", KOFFI];
    const { success, stderr } = await new Deno.Command("npm", { args, cwd: folder }).output();
    if (!success) throw new Error(`npm ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
    return await runSuite(options, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function count(specs: readonly Spec[]): Counts {
  const of = (...states: Spec["status"][]) => specs.filter(({ status }) => states.includes(status)).length;
  return { passed: of("passed"), failed: of("failed"), skipped: of("excluded", "pending") };
}
