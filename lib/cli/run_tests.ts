/** Runs the test suite and counts. */
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { UserError } from "../errors.ts";
import { ROOT } from "../paths.ts";
import { processEnvironment } from "../setup/command.ts";
import { countTests, readReport, slowestTests, summary, type TestedFile, timesOfFiles } from "./junit.ts";
import { runChildQuietly } from "./main.ts";

const ENDING = "_test.ts";

/** Files with this ending are run by `task test --slow`, all others by `task test`. */
const SLOW_ENDING = "_slow_test.ts";

/** Where the reports of the last run are, in JUnit's format, one of each file. */
const REPORTS = join(ROOT, "results", "local", "tests");

/** Folders whose files take long are begun first, the longest before all, so that no core waits for them at the end. */
const FIRST = ["lib/parity/", "lib/cli/", "lib/experiments/", "lib/xla/"];

/**
 * How many files run at the same time. XLA computes on all cores, but compiles on one, and most tests use no more;
 * beyond a few, memory is the limit.
 */
const AT_ONCE = Math.min(4, navigator.hardwareConcurrency);

export interface TestOptions {
  /** Files and folders, absolute or from the workspace's folder; all of `lib` unless given. */
  paths?: string[];
  /** The slow tests instead of the others. Files that are named are run in any case. */
  slow?: boolean;
  /** Only tests whose name contains this. */
  filter?: string;
}

export interface TestRun {
  succeeded: boolean;
  /** The line to end with: `N passed, N failed`. */
  summary: string;
}

/** The test files among the given files and in the given folders, from the workspace's folder. */
export async function testFiles({ paths = ["lib"], slow = false }: TestOptions = {}): Promise<string[]> {
  const files = await Promise.all(paths.map(async (path) => {
    const whole = join(ROOT, relative(ROOT, path));
    const info = await Deno.stat(whole).catch(() => undefined);
    if (!info) throw new UserError(`there is no test file or folder ${path}`);
    if (info.isFile) return [whole];
    const names = await readdir(whole, { recursive: true });
    return names.filter((name) => name.endsWith(ENDING) && name.endsWith(SLOW_ENDING) === slow)
      .map((name) => join(whole, name));
  }));
  return [...new Set(files.flat())].map((path) => relative(ROOT, path)).sort();
}

/**
 * Runs Deno and prints a line. What it printed itself is shown only if it failed.
 *
 * @param report where it writes about the tests that it runs
 */
async function runDeno(file: string, args: string[], report: string): Promise<TestedFile> {
  const start = performance.now();
  // Where this task was started is of no concern to the tasks that tests start.
  const env = processEnvironment({ INIT_CWD: undefined });
  const { code, signal, output } = await runChildQuietly(Deno.execPath(), args, env);
  const seconds = (performance.now() - start) / 1000;
  const cases = readReport(await Deno.readTextFile(report).catch(() => ""));
  // A module throws while it loads, the process crashes, types are wrong: a failure, though it is none of a test.
  if (code !== 0 && countTests(cases).failed === 0) {
    cases.push({
      name: `deno ${args[0]} ended with ${signal ?? `code ${code}`}`,
      seconds: 0,
      status: "failed",
    });
  }
  const counts = cases.length > 0 ? `${summary(countTests(cases))}, ` : "";
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${file} (${counts}${seconds.toFixed(1)} s)`);
  if (code !== 0) console.log(output);
  return { file, seconds, cases };
}

/** Does the work, a few pieces at a time. */
async function fewAtOnce<T>(work: (() => Promise<T>)[], atOnce: number): Promise<T[]> {
  const results: T[] = [];
  // All take from the same iterator.
  const left = work.values();
  const worker = async () => {
    for (const piece of left) results.push(await piece());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/**
 * Runs every test file in a process of its own, a few of them at the same time, and checks the types of all files once.
 * A process that runs many files is no faster, and would have the memory mappings of all their compiled programs.
 * Prints a line for each file, then how long tests and files took.
 *
 * @throws UserError if there is no such file or folder
 */
export async function runTests({ paths, slow, filter }: TestOptions = {}): Promise<TestRun> {
  const files = await testFiles({ paths, slow });
  await Deno.remove(REPORTS, { recursive: true }).catch(() => {});
  await Deno.mkdir(REPORTS, { recursive: true });
  const reportOf = (file: string) => join(REPORTS, `${file.replaceAll("/", "-")}.xml`);
  const test = (file: string) => () => {
    const args = [
      "test",
      "--allow-all",
      "--no-check",
      "--v8-flags=--expose-gc",
      `--junit-path=${reportOf(file)}`,
    ];
    return runDeno(file, [...args, ...filter ? [`--filter=${filter}`] : [], file], reportOf(file));
  };
  const types = () => runDeno("types", ["check", ...paths ? files : ["lib"]], reportOf("types"));
  const first = FIRST.flatMap((folder) => files.filter((file) => file.startsWith(folder)));
  const ordered = [...new Set([...first, ...files])];
  const tested = await fewAtOnce([...ordered.map(test), ...slow ? [] : [types]], AT_ONCE);

  console.log(
    ["\nSlowest tests", ...slowestTests(tested), "\nFiles", ...timesOfFiles(tested), ""].join("\n"),
  );
  for (const { file, cases } of tested) {
    for (const { name, status } of cases) if (status === "failed") console.log(`FAILED ${file}: ${name}`);
  }
  const counts = countTests(tested.flatMap(({ cases }) => cases));
  if (counts.ignored > 0) console.log(`${counts.ignored} ignored`);
  // A run of nothing has not succeeded.
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  return { succeeded: counts.failed === 0, summary: summary(counts) };
}
