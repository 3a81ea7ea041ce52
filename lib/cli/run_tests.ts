/** Runs the test suite and counts, from the reports that `deno test` writes for machines. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../errors.ts";
import { ROOT } from "../paths.ts";
import { processEnvironment } from "../setup/command.ts";
import { MALLOC } from "../setup/kernel.ts";
import { writeDocExamples } from "./doc_examples.ts";
import { onInterrupt } from "./main.ts";

const ENDING = "_test.ts";

/** What the tests of a folder share: a file without tests of its own. */
const SUPPORT = "support_test.ts";

/** Files with this ending are run by `task test --slow`, all others by `task test`. */
const SLOW_ENDING = "_slow_test.ts";

/** Where the reports of the last run are, in JUnit's format, one of each file. */
const REPORTS = join(ROOT, "results", "local", "tests");

/** Folders whose files take long are begun first, the longest before all, so that no core waits for them at the end. */
const FIRST = ["lib/parity/", "lib/cli/", "lib/experiments/", "lib/xla/"];

/** Files of these run in a process of their own: they are long, or look at what all of a process does. */
const APART = ["lib/bench/", "lib/cli/", "lib/experiments/", "lib/parity/", "lib/xla/"];

/** How many files of a folder share a process, which loads what they import once: with more, a core could wait at the end. */
const TOGETHER = 12;

/**
 * How many files run at the same time. XLA computes on all cores, but compiles on one, and most tests use no more;
 * beyond a few, memory is the limit.
 */
const AT_ONCE = Math.min(4, navigator.hardwareConcurrency);

interface TestOptions {
  /** Files and folders, absolute or from the workspace's folder; all of `lib` unless given. */
  paths?: string[];
  /** The slow tests instead of the others. Files that are named are run in any case. */
  slow?: boolean;
  /** Only tests whose name contains this. */
  filter?: string;
}

interface TestRun {
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
      .filter((name) => !name.endsWith(SUPPORT))
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
  const env = processEnvironment({ ...MALLOC, INIT_CWD: undefined });
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

/** Test files that share a process. */
export interface TestGroup {
  /** Of a single file its path, else its folder and which of its groups it is. */
  name: string;
  files: string[];
}

/** The part of lib that a file belongs to: "lib/data". */
const partOf = (file: string): string => dirname(file).split("/").slice(0, 2).join("/");

/** Puts files of the same part of lib together, those whose part begins first before all others. */
export function testGroups(files: readonly string[], most = TOGETHER): TestGroup[] {
  const parts = Map.groupBy(
    files,
    (file) => APART.some((folder) => file.startsWith(folder)) ? file : partOf(file),
  );
  const groups = [...parts].flatMap(([part, own]) => {
    const count = Math.ceil(own.length / most);
    return Array.from({ length: count }, (_, i): TestGroup => {
      const files = own.filter((_, j) => j % count === i);
      return { name: files.length === 1 ? files[0]! : `${part} ${i + 1}`, files };
    });
  });
  const rank = ({ files }: TestGroup) => {
    const at = FIRST.findIndex((start) => files[0]!.startsWith(start));
    return at < 0 ? FIRST.length : at;
  };
  return groups.sort((a, b) => rank(a) - rank(b));
}

/** A module of all tests of a group, each file after the one before: some wait while they load. */
async function moduleOf({ name, files }: TestGroup): Promise<string> {
  if (files.length === 1) return files[0]!;
  const path = join(REPORTS, `${fileNameOf(name)}_test.ts`);
  const imports = files.map((file) =>
    `await import(${JSON.stringify(pathToFileURL(join(ROOT, file)).href)});\n`
  );
  await Deno.writeTextFile(path, imports.join(""));
  return path;
}

/** A name of the files about a piece of work. */
const fileNameOf = (name: string): string => name.replaceAll(/[/ ]/g, "-");

/**
 * Runs the test files, some of a folder in a process, two processes or a few at the same time, and checks the types of all
 * files and of the examples of docs once. Prints a line for each process, then how long tests and processes took.
 *
 * @throws UserError if there is no such file or folder
 */
export async function runTests({ paths, slow, filter }: TestOptions = {}): Promise<TestRun> {
  const files = await testFiles({ paths, slow });
  await Deno.remove(REPORTS, { recursive: true }).catch(() => {});
  await Deno.mkdir(REPORTS, { recursive: true });
  const reportOf = (name: string) => join(REPORTS, `${fileNameOf(name)}.xml`);
  const test = (group: TestGroup) => async () => {
    const args = [
      "test",
      "--allow-all",
      "--no-check",
      "--v8-flags=--expose-gc",
      `--junit-path=${reportOf(group.name)}`,
      ...filter ? [`--filter=${filter}`] : [],
    ];
    return await runDeno(group.name, [...args, await moduleOf(group)], reportOf(group.name));
  };
  const types = async () => {
    const checked = paths ? files : ["lib", ...await writeDocExamples(join(REPORTS, "docs"))];
    return await runDeno("types", ["check", ...checked], reportOf("types"));
  };
  // Slow tests need a process each: many measure memory, or take minutes.
  const tests = testGroups(files, slow ? 1 : TOGETHER).map(test);
  const tested = await fewAtOnce(slow ? tests : [types, ...tests], AT_ONCE);

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

interface TestCase {
  /** A step has the name of its test before its own. */
  name: string;
  /** Of a step 0: its time is part of its test's. */
  seconds: number;
  status: "passed" | "failed" | "ignored";
}

/** The tests of a file, and how long all of it took. */
interface TestedFile {
  file: string;
  seconds: number;
  cases: TestCase[];
}

interface TestCounts {
  passed: number;
  failed: number;
  ignored: number;
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** A test with its attributes, and what is inside it. */
const CASE = /<testcase\b((?:\s+\w+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g;

/** The tests of a file's JUnit report, and their steps. */
export function readReport(report: string): TestCase[] {
  const cases: TestCase[] = [];
  for (const [, head, body = ""] of report.matchAll(CASE)) {
    const value = (key: string) => new RegExp(` ${key}="([^"]*)"`).exec(head!)?.[1] ?? "";
    const name = value("name").replace(/&(lt|gt|quot|apos|amp);/g, (_, entity) => ENTITIES[entity]!);
    const isStep = cases.some((test) => name.startsWith(`${test.name} > `));
    cases.push({
      name,
      seconds: isStep ? 0 : Number(value("time")),
      status: /<(?:failure|error)\b/.test(body) ? "failed" : /<skipped\b/.test(body) ? "ignored" : "passed",
    });
  }
  return cases;
}

/** Tests and their steps count alike. */
export function countTests(cases: readonly TestCase[]): TestCounts {
  const of = (status: TestCase["status"]) => cases.filter((test) => test.status === status).length;
  return { passed: of("passed"), failed: of("failed"), ignored: of("ignored") };
}

const inSeconds = (seconds: number): string => `${seconds.toFixed(1).padStart(6)} s`;
const slowestFirst = (a: { seconds: number }, b: { seconds: number }) => b.seconds - a.seconds;

/** The tests that took longest, a line for each. */
export function slowestTests(files: readonly TestedFile[], most = 20): string[] {
  return files.flatMap(({ file, cases }) => cases.map((test) => ({ ...test, file })))
    .sort(slowestFirst).slice(0, most)
    .map(({ file, name, seconds }) => `${inSeconds(seconds)}  ${file}: ${name}`);
}

/** A line for each folder, with the seconds of its files. */
export function timesOfFiles(files: readonly TestedFile[]): string[] {
  return [...Map.groupBy(files, ({ file }) => dirname(file))].map(([folder, inside]) => ({
    seconds: inside.reduce((sum, { seconds }) => sum + seconds, 0),
    text: `${folder}: ${
      inside.toSorted(slowestFirst)
        .map(({ file, seconds }) => `${basename(file, "_test.ts")} ${seconds.toFixed(1)}`).join(", ")
    }`,
  })).sort(slowestFirst).map(({ seconds, text }) => `${inSeconds(seconds)}  ${text}`);
}

/** How a test run ends. */
function summary({ passed, failed }: TestCounts): string {
  return `${passed} passed, ${failed} failed`;
}

/** As runChild, but what it prints is returned: several programs can run beside each other. */
async function runChildQuietly(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; signal: Deno.Signal | null; output: string }> {
  const child = new Deno.Command(program, {
    args,
    cwd: ROOT,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const forget = onInterrupt(() => child.kill("SIGTERM"));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  await Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const chunk of stream) chunks.push(chunk);
  }));
  const { code, signal } = await child.status;
  forget();
  return { code, signal, output: await new Blob(chunks).text() };
}
