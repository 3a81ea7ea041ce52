import { doesNotMatch, match } from "node:assert/strict";
import { emit } from "../../stablehlo/emit.ts";
import { splat } from "../../stablehlo/node.ts";
import { turnFactors, turnsFactors } from "../../stablehlo/turned.ts";
import { matMul } from "./matmul.ts";

Deno.test("a factor whose rows are summed over is transposed first where that is chosen, and stays so", () => {
  const x = splat(1, { shape: [2, 5, 3], element: "f32" });
  const before = turnsFactors();
  const text = (chosen: boolean, transposeA: boolean) => {
    turnFactors(chosen);
    return emit([
      matMul(x, transposeA ? x : splat(1, { shape: [2, 3, 4], element: "f32" }), transposeA, false),
    ]).text;
  };
  try {
    match(text(true, true), /dims = \[0, 2, 1\][^]*optimization_barrier[^]*contracting_dims = \[2\] x \[1\]/);
    match(text(false, true), /contracting_dims = \[1\] x \[1\]/);
    doesNotMatch(text(true, false), /transpose|optimization_barrier/);
  } finally {
    turnFactors(before);
  }
});
