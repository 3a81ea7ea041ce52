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

/** The text of a product over rows, for a CPU. */
function overRows(m: number, n: number, ...rows: number[]): string {
  const before = recordsForCpu();
  try {
    recordForCpu(true);
    const [x, y] = [m, n].map((columns) => splat(1, { shape: [...rows, columns], element: "f32" }));
    return emit([matMul(x!, y!, true, false)]).text;
  } finally {
    recordForCpu(before);
  }
}

Deno.test("many rows are transposed in blocks; rows that no block divides, at once", () => {
  const text = (rows: number) => overRows(3, 4, rows);
  match(
    text(320),
    /dims = \[0, 2, 1\][^]*tensor<10x3x32xf32>[^]*dims = \[1, 0, 2\][^]*tensor<3x10x32xf32>[^]*tensor<3x320xf32>/,
  );
  doesNotMatch(text(257), /dims = \[0, 2, 1\]/);
});

Deno.test("a product over very many rows is a sum of products, where those are no larger than the factors", () => {
  match(
    overRows(16, 16, 7084),
    /tensor<77x16x92xf32>[^]*contracting_dims = \[2\] x \[1\][^]*tensor<77x16x16xf32>[^]*dimensions = \[0\]/,
  );
  const whole = /contracting_dims = \[1\] x \[0\]/;
  match(overRows(16, 16, 512), whole);
  match(overRows(16, 16, 1031), whole);
  match(overRows(300, 300, 1024), whole);
});

Deno.test("the narrower factor of a product over rows is transposed, then the result", () => {
  match(
    overRows(16, 6, 3, 32),
    /tensor<3x6x32xf32>[^]*dot_general[^]*tensor<3x6x16xf32>[^]*tensor<3x16x6xf32>/,
  );
  doesNotMatch(overRows(16, 6, 3, 32), /tensor<3x16x32xf32>/);
});
