import { deepEqual } from "node:assert/strict";
import { changedLines, within } from "./outputs_support_test.ts";
import { code, notebook } from "./support_test.ts";

const changes = (before: string, after: string, tolerance?: number) =>
  changedLines(
    notebook(code("1", { shown: before })),
    notebook(code("1", { shown: after })),
    tolerance === undefined ? tolerance : within(tolerance),
  );

Deno.test("durations may change, and numbers within the tolerance; words may not", () => {
  deepEqual(changes("training: 600 in 12 s", "training: 600 in 1 min 05 s"), []);
  deepEqual(changes("rmse 5.30", "rmse 5.46", 0.1), []);
  deepEqual(changes("a  12 s\n-------", "a  1 min 05 s\n-------------"), []);
  deepEqual(changes("rmse 5.30", "rmse 5.46"), ["cell 1: rmse 5.30 | rmse 5.46"]);
  deepEqual(changes("rmse 5.30", "accuracy 5.30", 1), ["cell 1: rmse 5.30 | accuracy 5.30"]);
  deepEqual(changes("a\nb", "a"), ["cell 1: b | nothing"]);
  deepEqual(changes("a", "a\nb"), ["cell 1: nothing | b"]);
});
