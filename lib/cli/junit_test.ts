import { deepEqual, equal } from "node:assert/strict";
import { countTests, summary } from "./junit.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="5" failures="1" errors="0" time="0.2">
    <testsuite name="./a_test.ts" tests="5" disabled="1" errors="0" failures="1">
        <testcase name="fine" classname="./a_test.ts" time="0.000" line="1" col="6">
        </testcase>
        <testcase name="bad &amp; &lt;failure>" classname="./a_test.ts" time="0.000" line="2" col="6">
            <failure message="Uncaught Error: x">Error: x</failure>
        </testcase>
        <testcase name="later" classname="./a_test.ts" line="3" col="6">
            <skipped/>
        </testcase>
        <testcase name="steps" classname="./a_test.ts" time="0.002" line="4" col="6">
        </testcase>
        <testcase name="steps &gt; one" classname="./a_test.ts" time="0.002" line="4" col="6"/>
    </testsuite>
</testsuites>`;

Deno.test("tests are counted by how they ended", () => {
  deepEqual(countTests(REPORT), { passed: 3, failed: 1, ignored: 1 });
  deepEqual(countTests(""), { passed: 0, failed: 0, ignored: 0 });
});

Deno.test("the last line counts the passed and the failed, and the line before it what was ignored", () => {
  equal(summary({ passed: 3, failed: 0, ignored: 0 }, true), "3 passed, 0 failed");
  equal(summary({ passed: 3, failed: 1, ignored: 2 }, false), "2 ignored\n3 passed, 1 failed");
});

Deno.test("a run that failed outside of any test has a failure", () => {
  equal(summary({ passed: 3, failed: 0, ignored: 0 }, false), "3 passed, 1 failed");
});
