import { doesNotMatch, match } from "node:assert/strict";
import { emit } from "../../../src/stablehlo/emit.ts";
import { splat } from "../../../src/stablehlo/node.ts";
import { recordForCpu, recordsForCpu } from "../../../src/stablehlo/target.ts";
import { matMul } from "../../../src/backend/kernels/matmul.ts";

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

Deno.test("many rows are transposed in blocks; rows that no block divides, at once", () => {
  const before = recordsForCpu();
  const text = (rows: number) => {
    const x = splat(1, { shape: [rows, 3], element: "f32" });
    return emit([matMul(x, splat(1, { shape: [rows, 4], element: "f32" }), true, false)]).text;
  };
  try {
    recordForCpu(true);
    match(
      text(320),
      /dims = \[0, 2, 1\][^]*tensor<10x3x32xf32>[^]*dims = \[1, 0, 2\][^]*tensor<3x10x32xf32>[^]*tensor<3x320xf32>/,
    );
    doesNotMatch(text(257), /dims = \[0, 2, 1\]/);
  } finally {
    recordForCpu(before);
  }
});
