import { deepEqual } from "node:assert/strict";
import { countTests, readReport, slowestTests, timesOfFiles } from "./run_tests.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="5" failures="1" errors="0" time="0.2">
    <testsuite name="./a_test.ts" tests="5" disabled="1" errors="0" failures="1">
        <testcase name="fine" classname="./a_test.ts" time="0.000" line="1" col="6">
        </testcase>
        <testcase name="bad &amp; &lt;failure>" classname="./a_test.ts" time="2.040" line="2" col="6">
            <failure message="Uncaught Error: x">Error: x</failure>
        </testcase>
        <testcase name="later" classname="./a_test.ts" line="3" col="6">
            <skipped/>
        </testcase>
        <testcase name="steps" classname="./a_test.ts" time="0.4" line="4" col="6">
        </testcase>
        <testcase name="steps &gt; one" classname="./a_test.ts" time="0.002" line="4" col="6"/>
    </testsuite>
</testsuites>`;

Deno.test("tests and steps are read from a report, and counted by how they ended", () => {
  const cases = readReport(REPORT);
  deepEqual(cases.map(({ name }) => name), ["fine", "bad & <failure>", "later", "steps", "steps > one"]);
  // The time of a step is part of its test's.
  deepEqual(cases.map(({ seconds }) => seconds), [0, 2.04, 0, 0.4, 0]);
  deepEqual(countTests(cases), { passed: 3, failed: 1, ignored: 1 });
  deepEqual(countTests(readReport("")), { passed: 0, failed: 0, ignored: 0 });
});

Deno.test("the slowest tests and the times of files are told, by folder", () => {
  const files = [
    { file: "lib/a_test.ts", seconds: 3, cases: readReport(REPORT) },
    { file: "lib/b/b_test.ts", seconds: 12.34, cases: [] },
    { file: "lib/c_test.ts", seconds: 3.5, cases: [] },
  ];
  deepEqual(slowestTests(files, 2), [
    "   2.0 s  lib/a_test.ts: bad & <failure>",
    "   0.4 s  lib/a_test.ts: steps",
  ]);
  deepEqual(timesOfFiles(files), ["  12.3 s  lib/b: b 12.3", "   6.5 s  lib: c 3.5, a 3.0"]);
});
