import { deepEqual, equal } from "node:assert/strict";
import { formatBar, formatDuration, formatNotes, formatRate } from "./format.ts";

Deno.test("durations read as people say them, also where they round up to the next unit", () => {
  const seconds = [0.04, 9.94, 9.96, 59.4, 59.6, 125, 3599.7, 3720];
  deepEqual(seconds.map(formatDuration), [
    "40 ms",
    "9.9 s",
    "10 s",
    "59 s",
    "1 min 00 s",
    "2 min 05 s",
    "1 h 00 min",
    "1 h 02 min",
  ]);
});

Deno.test("rates below one a second are told as the time of one", () => {
  deepEqual([250.4, 3.21, 0.25].map(formatRate), ["250 /s", "3.2 /s", "4.0 s each"]);
});

Deno.test("a bar has the same width at every fraction, and keeps within it", () => {
  deepEqual([-1, 0, 0.5, 1, 2].map((fraction) => formatBar(fraction, 4)), [
    "░░░░",
    "░░░░",
    "██░░",
    "████",
    "████",
  ]);
  equal(formatBar(0.3, 4), "█▎░░");
  equal(new Set([0.01, 0.2, 0.77, 0.99].map((fraction) => [...formatBar(fraction, 7)].length)).size, 1);
});

Deno.test("figures are rounded to four digits", () => {
  equal(formatNotes({ loss: 0.123456, rate: 1e-3 }), "loss 0.1235, rate 0.001");
  equal(formatNotes("fold 2"), "fold 2");
});
