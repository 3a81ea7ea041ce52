import { deepEqual, equal, throws } from "node:assert/strict";
import { leaf, type Node, ShapeError } from "../../src/stablehlo/node.ts";
import {
  binary,
  broadcastInDim,
  broadcastTo,
  compare,
  concatenate,
  convert,
  dotGeneral,
  gatherSlices,
  iota,
  isFinite,
  pad,
  reduce,
  reshape,
  reverse,
  scatterAdd,
  select,
  slice,
  special,
  topK,
  transpose,
  unary,
} from "../../src/stablehlo/ops.ts";

const f32 = (...shape: number[]): Node => leaf({ shape, element: "f32" }, {});
const i32 = (...shape: number[]): Node => leaf({ shape, element: "i32" }, {});
const i1 = (...shape: number[]): Node => leaf({ shape, element: "i1" }, {});

const product = (x: Node, y: Node, x1: number, y1: number) =>
  dotGeneral(x, y, { batch: [[], []], contract: [[x1], [y1]] });

/** Wrong uses of each operation, with what the message must name. */
const wrong: [string, () => unknown, string[]][] = [
  ["unary of another type", () => unary("sqrt", i32(2)), ["sqrt", "tensor<2xi32>"]],
  ["not of floats", () => unary("not", f32(2)), ["not", "tensor<2xf32>"]],
  ["sign of bools", () => unary("sign", i1(2)), ["sign", "tensor<2xi1>"]],
  ["special of another type", () => special("erf", i32(2)), ["erf", "tensor<2xi32>"]],
  ["is finite of integers", () => isFinite(i32(2)), ["is_finite", "tensor<2xi32>"]],
  ["binary of two shapes", () => binary("add", f32(2), f32(3)), ["add", "tensor<2xf32>", "tensor<3xf32>"]],
  ["binary of two types", () => binary("add", f32(2), i32(2)), ["add", "tensor<2xf32>", "tensor<2xi32>"]],
  ["and of floats", () => binary("and", f32(2), f32(2)), ["and", "tensor<2xf32>"]],
  ["atan2 of integers", () => binary("atan2", i32(2), i32(2)), ["atan2", "tensor<2xi32>"]],
  ["compare of two shapes", () => compare("LT", f32(2), f32()), ["compare", "tensor<2xf32>", "tensor<f32>"]],
  ["select by numbers", () => select(f32(2), f32(2), f32(2)), ["select", "tensor<2xf32>"]],
  ["select of two types", () => select(i1(2), f32(2), i32(2)), ["select", "tensor<2xf32>", "tensor<2xi32>"]],
  ["reshape to another size", () => reshape(f32(2, 3), [7]), ["reshape", "tensor<2x3xf32>", "[7]"]],
  [
    "broadcast of a length that does not fit",
    () => broadcastInDim(f32(2), [0], [3]),
    ["broadcast_in_dim", "tensor<2xf32>", "[3]"],
  ],
  ["broadcast without an axis", () => broadcastInDim(f32(2), [], [2]), ["broadcast_in_dim", "tensor<2xf32>"]],
  ["broadcast to fewer axes", () => broadcastTo(f32(2, 3), [3]), ["broadcast", "tensor<2x3xf32>", "[3]"]],
  ["transpose by too few axes", () => transpose(f32(2, 3), [1]), ["transpose", "tensor<2x3xf32>", "[1]"]],
  ["transpose with an axis twice", () => transpose(f32(2, 3), [1, 1]), ["transpose", "[1,1]"]],
  ["transpose by an axis that is not there", () => transpose(f32(2, 3), [2, 0]), ["transpose", "[2,0]"]],
  ["slice beyond the end", () => slice(f32(4), [2], [5]), ["slice", "tensor<4xf32>", "[2]", "[5]"]],
  ["slice backwards", () => slice(f32(4), [3], [2]), ["slice", "tensor<4xf32>"]],
  ["slice with a stride of 0", () => slice(f32(4), [0], [4], [0]), ["slice", "tensor<4xf32>"]],
  ["concatenate nothing", () => concatenate([], 0), ["concatenate"]],
  [
    "concatenate of other lengths",
    () => concatenate([f32(2, 3), f32(2, 4)], 0),
    ["concatenate", "tensor<2x3xf32>", "tensor<2x4xf32>"],
  ],
  ["concatenate of two types", () => concatenate([f32(2), i32(2)], 0), ["concatenate", "tensor<2xi32>"]],
  ["concatenate along no axis", () => concatenate([f32(2), f32(2)], 1), ["concatenate", "axis 1"]],
  ["pad with an array", () => pad(f32(2), f32(1), [1], [1]), ["pad", "tensor<2xf32>", "tensor<1xf32>"]],
  ["pad by less than nothing", () => pad(f32(2), f32(), [-1], [0]), ["pad", "[-1]"]],
  ["reverse of an axis that is not there", () => reverse(f32(2), [1]), ["reverse", "tensor<2xf32>", "[1]"]],
  ["iota along no axis", () => iota({ shape: [2], element: "i32" }, 1), ["iota", "axis 1", "tensor<2xi32>"]],
  [
    "product of other lengths",
    () => product(f32(2, 3), f32(4, 2), 1, 0),
    ["dot_general", "tensor<2x3xf32>", "tensor<4x2xf32>"],
  ],
  ["product of two types", () => product(f32(2, 3), i32(3, 2), 1, 0), ["dot_general", "tensor<3x2xi32>"]],
  ["reduce of an axis that is not there", () => reduce("add", f32(2), [1], 0), [
    "reduce",
    "tensor<2xf32>",
    "[1]",
  ]],
  ["top k of fewer", () => topK(f32(2, 3), 4), ["top_k", "4", "tensor<2x3xf32>"]],
  ["top k of a scalar", () => topK(f32(), 0), ["top_k", "tensor<f32>"]],
  ["gather by floats", () => gatherSlices(f32(4), f32(2, 1)), ["gather", "tensor<4xf32>", "tensor<2x1xf32>"]],
  ["gather by long vectors", () => gatherSlices(f32(4), i32(2, 3)), ["gather", "tensor<2x3xi32>"]],
  ["gather by a scalar", () => gatherSlices(f32(4), i32()), ["gather", "tensor<i32>"]],
  [
    "scatter of other slices",
    () => scatterAdd(f32(4, 3), i32(2, 1), f32(2, 5)),
    ["scatter", "tensor<4x3xf32>", "tensor<2x1xi32>", "tensor<2x5xf32>"],
  ],
  ["scatter by floats", () => scatterAdd(f32(4), f32(2, 1), f32(2)), ["scatter", "tensor<2x1xf32>"]],
  ["scatter of another type", () => scatterAdd(f32(4), i32(2, 1), i32(2)), ["scatter", "tensor<2xi32>"]],
];

Deno.test("operands that do not fit give an error that names the operation and what it was given", () => {
  for (const [name, use, parts] of wrong) {
    throws(
      use,
      (error) => error instanceof ShapeError && parts.every((part) => error.message.includes(part)),
      `${name}: expected a ShapeError with ${parts.join(", ")}`,
    );
  }
});

Deno.test("operations that change nothing give their operand", () => {
  const x = f32(2, 3);
  equal(reshape(x, [2, 3]), x);
  equal(broadcastTo(x, [2, 3]), x);
  equal(transpose(x, [0, 1]), x);
  equal(slice(x, [0, 0], [2, 3]), x);
  equal(convert(x, "f32"), x);
  equal(concatenate([x], 1), x);
  equal(reverse(x, []), x);
  equal(reduce("add", x, [], 0), x);
});

Deno.test("shapes and types of results", () => {
  const typeOf = ({ shape, element }: Node) => [...shape, element];
  const x = f32(2, 3, 4);
  deepEqual(typeOf(compare("EQ", x, x)), [2, 3, 4, "i1"]);
  deepEqual(typeOf(transpose(x, [2, 0, 1])), [4, 2, 3, "f32"]);
  deepEqual(typeOf(slice(x, [0, 1, 0], [2, 3, 4], [1, 1, 3])), [2, 2, 2, "f32"]);
  deepEqual(typeOf(concatenate([x, f32(2, 5, 4)], 1)), [2, 8, 4, "f32"]);
  deepEqual(typeOf(pad(x, f32(), [1, 0, 0], [0, 0, 2])), [3, 3, 6, "f32"]);
  deepEqual(typeOf(reduce("maximum", x, [0, 2], 0)), [3, "f32"]);
  deepEqual(
    typeOf(dotGeneral(x, f32(2, 5, 4), { batch: [[0], [0]], contract: [[2], [2]] })),
    [2, 3, 5, "f32"],
  );
  deepEqual(topK(x, 2).map(typeOf), [[2, 3, 2, "f32"], [2, 3, 2, "i32"]]);
  deepEqual(typeOf(gatherSlices(x, i32(7, 2))), [7, 4, "f32"]);
  deepEqual(typeOf(scatterAdd(x, i32(7, 1), f32(7, 3, 4))), [2, 3, 4, "f32"]);
});

Deno.test("the text of operations", () => {
  equal(
    product(f32(2, 3), f32(3, 4), 1, 0).text(["%a", "%b"]),
    "stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : " +
      "(tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>",
  );
  equal(
    reduce("add", f32(2, 3), [1], 0).text(["%a", "%b"]),
    "stablehlo.reduce(%a init: %b) applies stablehlo.add across dimensions = [1] : " +
      "(tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>",
  );
  equal(
    slice(f32(5), [1], [4], [2]).text(["%a"]),
    "stablehlo.slice %a [1:4:2] : (tensor<5xf32>) -> tensor<2xf32>",
  );
  equal(
    select(i1(2), f32(2), f32(2)).text(["%c", "%a", "%b"]),
    "stablehlo.select %c, %a, %b : tensor<2xi1>, tensor<2xf32>",
  );
});
