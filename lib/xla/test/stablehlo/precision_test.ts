import { deepEqual, doesNotMatch, match } from "node:assert/strict";
import { backendTest, xla } from "../support/backend.ts";
import { compile, destroyExecutable } from "../../src/pjrt/executable.ts";
import { emit } from "../../src/stablehlo/emit.ts";
import { leaf } from "../../src/stablehlo/node.ts";
import { dotGeneral } from "../../src/stablehlo/ops.ts";
import { setPrecision } from "../../src/stablehlo/target.ts";

function product(element: "f32" | "i32"): string {
  const x = leaf({ shape: [2, 2], element }, {});
  return emit([dotGeneral(x, x, { batch: [[], []], contract: [[1], [0]] })]).text;
}

Deno.test("exact products of floats and those of rounded factors say so, others do not", () => {
  try {
    setPrecision("exact");
    match(product("f32"), /contracting_dims = \[1\] x \[0\], precision = \[HIGHEST, HIGHEST\] : /);
    doesNotMatch(product("i32"), /precision/);
    setPrecision("bfloat16");
    match(product("f32"), /algorithm = <lhs_precision_type = bf16, .*accumulation_type = f32/);
    doesNotMatch(product("i32"), /algorithm/);
  } finally {
    setPrecision("fast");
  }
  doesNotMatch(product("f32"), /precision/);
});

for (const precision of ["exact", "bfloat16"] as const) {
  backendTest(`the compiler understands ${precision}`, () => {
    try {
      setPrecision(precision);
      const executable = compile(xla().client, { text: product("f32") });
      deepEqual(executable.outputs, 1);
      destroyExecutable(executable);
    } finally {
      setPrecision("fast");
    }
  });
}
