import { deepEqual } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { joinColumns, layoutOf, type ModelColumn, takeColumns } from "./columns.ts";

const N: ModelColumn = { kind: "numeric", classes: [] };
const C: ModelColumn = { kind: "categorical", classes: ["a", "b"] };

for (const columns of [[N, N], [C, C], [C, N, N, C, N], [N, C, N]]) {
  Deno.test(`columns ${columns.map((c) => c.kind[0]).join("")} survive parting by kind and joining`, async () => {
    await useEngine("cpu");
    const layout = layoutOf(columns);
    const x = tf.tensor2d(Array.from({ length: 2 * columns.length }, (_, k) => k), [2, columns.length]);
    const [numeric, categorical] = [
      takeColumns(layout, "numeric", x, 1),
      takeColumns(layout, "categorical", x, 1),
    ];
    deepEqual(numeric?.arraySync()[0] ?? [], layout.numeric);
    deepEqual(categorical?.arraySync()[0] ?? [], layout.categorical);
    deepEqual(joinColumns(layout, numeric, categorical, 1).arraySync(), x.arraySync());
  });
}
