import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, equal, notDeepEqual, notEqual, ok, throws } from "node:assert/strict";
import { xlaTest } from "../engine/support_test.ts";
import { arrange, pointsOf, taskLayout } from "../train/process/layout.ts";
import { functionSource } from "./functions.ts";

const task = (name: string, n: number, from: number) => ({
  name,
  n,
  x: Float32Array.from({ length: 2 * n }, (_, i) => from + i),
  y: Float32Array.from({ length: n }, (_, i) => -(from + 2 * i)),
});
const SET = {
  source: "f.csv",
  dimX: 2,
  dimY: 1,
  tasks: [task("a", 9, 0), task("b", 8, 100), task("c", 20, 200)],
};
const RANGES = { context: [1, 5], target: [1, 3] } as const;

xlaTest("a padded batch shows each chosen point once, whatever the sizes of its parts are", () => {
  const source = functionSource(SET, [0, 2], { batch: 4, ranges: RANGES });
  for (const parts of [1, 2, 3]) {
    for (const counts of [{ context: 1, target: 1 }, { context: 2, target: 2 }, { context: 5, target: 3 }]) {
      const layout = taskLayout(source, counts, { context: parts, target: parts });
      const points = source.make([3, counts.context], counts, pointsOf(layout));
      const given = tf.tensor1d([counts.context, counts.target], "int32");
      const { x, y, hidden } = arrange(points, given, layout);
      const [xs, ys, out] = [x.arraySync(), y.arraySync(), hidden!.arraySync()];
      ys.forEach((rows, item) => {
        const shown = rows.map((_, at) => at).filter((at) => out[item]![at] === 0);
        equal(shown.filter((at) => at < layout.context).length, counts.context);
        equal(new Set(shown.map((at) => rows[at]![0])).size, counts.context + counts.target);
        for (const at of shown) equal(xs[item]![at]![0], -rows[at]![0]!);
        ok(shown.every((at) => -rows[at]![0]! < 100 || -rows[at]![0]! >= 200), "not of the task left out");
      });
    }
  }
});

xlaTest("a batch follows from its key", () => {
  const source = functionSource(SET, [0, 1, 2], { batch: 3, ranges: RANGES });
  const make = (number: number) => source.make([1, number], { context: 2, target: 3 }, 8).y.arraySync();
  deepEqual(make(4), make(4));
  notDeepEqual(make(4), make(5));
});

Deno.test("a source is named by its points, and refuses counts beyond them", () => {
  const options = { batch: 2, ranges: RANGES };
  notEqual(functionSource(SET, [0, 1], options).name, functionSource(SET, [0, 2], options).name);
  const ranges = { context: [1, 6], target: [1, 3] } as const;
  functionSource(SET, [0, 2], { batch: 2, ranges });
  throws(
    () => functionSource(SET, [0, 1], { batch: 2, ranges }),
    /^UserError: f\.csv: 6 points of context and 3 of target were asked for, but task "b" has 8 points$/,
  );
  throws(() => functionSource(SET, [], options), /f\.csv: expected at least one function, found none/);
});
