import { deepEqual, equal, match } from "node:assert/strict";
import { emit } from "../../src/stablehlo/emit.ts";
import { leaf, type Node, splat } from "../../src/stablehlo/node.ts";
import { binary, topK, unary } from "../../src/stablehlo/ops.ts";

const type = { shape: [2], element: "f32" } as const;

Deno.test("a program has its leaves as parameters, in the order in which they are needed, each once", () => {
  const [a, b] = [{}, {}];
  const [x, y] = [leaf(type, a), leaf(type, b)];
  const { text, parameters } = emit([binary("subtract", y, x), leaf(type, a)]);
  deepEqual(parameters, [b, a]);
  equal(
    text,
    `module @program {
  func.func public @main(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
    %0 = stablehlo.subtract %arg0, %arg1 : tensor<2xf32>
    return %0, %arg1 : tensor<2xf32>, tensor<2xf32>
  }
}
`,
  );
});

Deno.test("what is the same is written once, however often it was recorded", () => {
  const x = leaf(type, {});
  const part = () => unary("tanh", binary("multiply", x, splat(2, type)));
  const { text } = emit([binary("add", part(), part()), part()]);
  equal(text.match(/stablehlo\.tanh/g)?.length, 1);
  equal(text.match(/stablehlo\.constant/g)?.length, 1);
  match(text, /stablehlo\.add %2, %2 /);
});

Deno.test("operations with several results are written once and their results numbered", () => {
  const [values, indices] = topK(leaf({ shape: [5], element: "f32" }, {}), 2);
  const { text } = emit([indices, values, indices]);
  match(text, /%0:2 = chlo\.top_k\(%arg0, k = 2\)/);
  match(text, /return %0#1, %0#0, %0#1 : tensor<2xi32>, tensor<2xf32>, tensor<2xi32>/);
  equal(text.match(/top_k/g)?.length, 1);
});

Deno.test("programs deeper than JavaScript's call stack can be written", () => {
  const x = leaf(type, {});
  const depth = 50_000;
  let node: Node = x;
  for (let i = 0; i < depth; i++) node = binary(i % 2 === 0 ? "add" : "multiply", node, x);
  equal(emit([node]).text.match(/stablehlo\./g)?.length, depth);
});

Deno.test("a donated value's parameter names the output that takes its memory", () => {
  const value = {};
  const x = leaf(type, value);
  const { text } = emit([splat(1, type), binary("add", x, x)], new Map([[value, 1]]));
  match(text, /%arg0: tensor<2xf32> \{tf\.aliasing_output = 1 : i32\}/);
});

Deno.test("a program may have no result", () => {
  match(emit([]).text, /@main\(\) -> \(\) \{\n\n {4}return\n/);
});

Deno.test("a program over a mesh says which parameters are split, and that its results are whole", () => {
  const [x, w] = [leaf({ shape: [8, 2], element: "f32" }, {}), leaf({ shape: [8, 2], element: "f32" }, {})];
  const spread = { devices: 4, split: new Set([x.leaf!]) };
  const { text, partitions } = emit([binary("add", x, w)], new Map([[w.leaf!, 0]]), spread);
  equal(partitions, 4);
  match(text, /mhlo\.num_partitions = 4 : i32/);
  match(text, /sdy\.mesh @mesh = <\["batch"=4\]>/);
  match(text, /%arg0: tensor<8x2xf32> \{sdy\.sharding = #sdy\.sharding<@mesh, \[\{"batch"\}, \{\}\]>\}/);
  match(text, /%arg1: tensor<8x2xf32> \{sdy\.sharding = #sdy\.sharding<@mesh, \[\{\}, \{\}\]>, tf\.aliasing/);
  match(text, /-> \(tensor<8x2xf32> \{sdy\.sharding = #sdy\.sharding<@mesh, \[\{\}, \{\}\]>\}\)/);
});
