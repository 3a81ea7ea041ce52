import { deepEqual } from "node:assert/strict";
import { bestWindows, copyingWindows } from "./windows.ts";

Deno.test("windows of equal length reach the end and overlap", () => {
  deepEqual(copyingWindows(10, 4, 1), [{ start: 0, end: 4 }, { start: 3, end: 7 }, { start: 6, end: 10 }]);
  deepEqual(copyingWindows(6, 4, 1), [{ start: 0, end: 4 }, { start: 2, end: 6 }]);
  deepEqual(copyingWindows(3, 4, 1), [{ start: 0, end: 3 }]);
});

Deno.test("a site is read where it is farthest from a window's end", () => {
  deepEqual([...bestWindows(copyingWindows(6, 4, 2), 6)], [0, 0, 0, 1, 1, 1]);
  deepEqual([...bestWindows(copyingWindows(2, 4, 2), 2)], [0, 0]);
});
