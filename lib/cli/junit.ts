/** Counts tests in the report that `deno test` writes for machines. */

export interface Counts {
  passed: number;
  failed: number;
  ignored: number;
}

/** The counts of a JUnit report; tests and their steps count alike. */
export function countTests(report: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, ignored: 0 };
  for (const [, body = ""] of report.matchAll(/<testcase\b[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    if (/<(?:failure|error)\b/.test(body)) counts.failed++;
    else if (/<skipped\b/.test(body)) counts.ignored++;
    else counts.passed++;
  }
  return counts;
}

/**
 * The last line of a test run. A run that failed outside any test (a type error, a module that throws while it loads)
 * counts as one failure more.
 */
export function summary({ passed, failed, ignored }: Counts, succeeded: boolean): string {
  const failures = succeeded ? failed : Math.max(failed, 1);
  const skipped = ignored > 0 ? `${ignored} ignored\n` : "";
  return `${skipped}${passed} passed, ${failures} failed`;
}
