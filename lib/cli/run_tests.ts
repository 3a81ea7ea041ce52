/** Runs the test suite and counts. */
import { join } from "node:path";
import { environment } from "../setup/command.ts";
import { runChild } from "./child.ts";
import { type Counts, countTests, summary } from "./junit.ts";

/**
 * All tests, as arguments of one `deno test` after the other: each process has mappings of memory for the compiled programs
 * of some hundred tests, not of all.
 */
export const ALL_TESTS = [
  ["lib/", "--ignore=lib/xla,lib/experiments"],
  ["lib/experiments/"],
  ["lib/xla/"],
];

export interface TestRun {
  succeeded: boolean;
  /** The line to end with: `N passed, N failed`. */
  summary: string;
}

/**
 * Runs `deno test`, type checks included, with its output passed on as it comes.
 *
 * @param parts files and folders, those of each part in a process of its own
 */
export async function runTests(parts: readonly string[][], filter?: string): Promise<TestRun> {
  const folder = await Deno.makeTempDir();
  const total: Counts = { passed: 0, failed: 0, ignored: 0 };
  let success = true;
  try {
    for (const [part, paths] of parts.entries()) {
      const report = join(folder, `report${part}.xml`);
      const args = [
        "test",
        "--allow-all",
        "--v8-flags=--expose-gc",
        `--junit-path=${report}`,
        ...filter ? [`--filter=${filter}`] : [],
        ...paths,
      ];
      // Where this task was started is of no concern to the tasks that tests start.
      success = await runChild(Deno.execPath(), args, environment({ INIT_CWD: undefined })) === 0 && success;
      const counts = countTests(await Deno.readTextFile(report).catch(() => ""));
      for (const key of ["passed", "failed", "ignored"] as const) total[key] += counts[key];
    }
    const succeeded = success && total.failed === 0 && total.passed > 0;
    return { succeeded, summary: summary(total, succeeded) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
