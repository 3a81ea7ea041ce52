/** Reads the reports that `deno test` writes for machines. */
import { basename, dirname } from "node:path";

export interface TestCase {
  /** A step has the name of its test before its own. */
  name: string;
  /** Of a step 0: its time is part of its test's. */
  seconds: number;
  status: "passed" | "failed" | "ignored";
}

/** The tests of a file, and how long all of it took. */
export interface TestedFile {
  file: string;
  seconds: number;
  cases: TestCase[];
}

export interface TestCounts {
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
export function summary({ passed, failed }: TestCounts): string {
  return `${passed} passed, ${failed} failed`;
}
