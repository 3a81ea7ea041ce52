import { doesNotMatch, match } from "node:assert/strict";
import { emit } from "../../stablehlo/emit.ts";
import { splat } from "../../stablehlo/node.ts";
import { recordForCpu, recordsForCpu } from "../../stablehlo/target.ts";
import { matMul } from "./matmul.ts";

Deno.test("a factor whose rows are summed over is transposed first where that is chosen, and stays so", () => {
  const x = splat(1, { shape: [2, 5, 3], element: "f32" });
  const before = recordsForCpu();
  const text = (chosen: boolean, transposeA: boolean) => {
    recordForCpu(chosen);
    return emit([
      matMul(x, transposeA ? x : splat(1, { shape: [2, 3, 4], element: "f32" }), transposeA, false),
    ]).text;
  };
  try {
    match(
      text(true, true),
      /dims = \[0, 2, 1\][^]*"same\(tensor<2x3x5xf32>\)"[^]*contracting_dims = \[2\] x \[1\]/,
    );
    match(text(false, true), /contracting_dims = \[1\] x \[1\]/);
    doesNotMatch(text(true, false), /transpose|same/);
  } finally {
    recordForCpu(before);
  }
});
