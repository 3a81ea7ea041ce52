/** Runs the test suite and counts. */
import { join } from "node:path";
import { environment } from "../setup/command.ts";
import { runChild } from "./child.ts";
import { countTests, summary } from "./junit.ts";

export interface TestRun {
  succeeded: boolean;
  /** The line to end with: `N passed, N failed`. */
  summary: string;
}

/** Runs `deno test` on files or folders, type checks included, with its output passed on as it comes. */
export async function runTests(paths: string[], filter?: string): Promise<TestRun> {
  const folder = await Deno.makeTempDir();
  try {
    const report = join(folder, "report.xml");
    const args = [
      "test",
      "--allow-all",
      "--v8-flags=--expose-gc",
      `--junit-path=${report}`,
      ...filter ? [`--filter=${filter}`] : [],
      ...paths,
    ];
    // Where this task was started is of no concern to the tasks that tests start.
    const success = await runChild(Deno.execPath(), args, environment({ INIT_CWD: undefined })) === 0;
    const counts = countTests(await Deno.readTextFile(report).catch(() => ""));
    const succeeded = success && counts.failed === 0 && counts.passed > 0;
    return { succeeded, summary: summary(counts, succeeded) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
