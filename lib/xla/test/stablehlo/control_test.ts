import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import {
  barrier,
  dynamicSlice,
  dynamicUpdateSlice,
  entryAt,
  forLoop,
  index,
  withEntry,
} from "../../src/stablehlo/control.ts";
import { emit } from "../../src/stablehlo/emit.ts";
import { leaf, type Node, splat, type TensorType } from "../../src/stablehlo/node.ts";
import { binary, topK } from "../../src/stablehlo/ops.ts";
import { leavesOf, substitute } from "../../src/stablehlo/substitute.ts";
import { recordForCpu, recordsForCpu } from "../../src/stablehlo/target.ts";

const f32 = (...shape: number[]): Node => leaf({ shape, element: "f32" }, {});
const scalar: TensorType = { shape: [], element: "f32" };

Deno.test("a loop is one operation, whose regions see nothing but their parameters", () => {
  const [x, y] = [f32(), f32()];
  const sum = (length: number) =>
    forLoop(length, [splat(0, scalar)], [x], (_, [s], [x]) => [binary("add", s!, x!)]);
  const { text, parameters } = emit(sum(1000));
  equal(text.match(/stablehlo\.while/g)?.length, 1);
  equal(text.match(/stablehlo\.add %r1_arg1, %r1_arg2/g)?.length, 1);
  equal(text.split("\n").length, emit(sum(2)).text.split("\n").length);
  deepEqual(parameters, [x.leaf]);
  throws(
    () => emit(forLoop(3, [x], [], (_, [s]) => [binary("add", s!, y)])),
    /a region reads a tensor<f32> that is not among its parameters/,
  );
  throws(() => forLoop(3, [x], [], () => [f32(2)]), /the state \(tensor<f32>\) became \(tensor<2xf32>\)/);
});

Deno.test("names inside nested loops are all different", () => {
  const inner = (x: Node) => forLoop(2, [x], [], (_, [s]) => [binary("multiply", s!, s!)])[0]!;
  const { text } = emit(forLoop(2, [f32(3)], [], (_, [s]) => [binary("add", inner(s!), inner(s!))]));
  const defined = [...text.matchAll(/(%\w+)(?::\d+)? = |(%\w+): tensor/g)].map(([, a, b]) => a ?? b);
  equal(new Set(defined).size, defined.length, text);
});

Deno.test("slices at places that a program computes", () => {
  const x = f32(5, 2);
  deepEqual(entryAt(x, index(1)).shape, [2]);
  deepEqual(withEntry(x, index(1), f32(2)).shape, [5, 2]);
  match(emit([entryAt(x, index(1))]).text, /dynamic_slice .*, sizes = \[1, 2\] : .* -> tensor<1x2xf32>/);
  throws(() => dynamicSlice(x, [index(0)], [1, 2]), /dynamic_slice: tensor<5x2xf32> at \(tensor<i32>\)/);
  throws(() => dynamicSlice(x, [index(0), index(0)], [6, 2]), /sizes \[6,2\] of tensor<5x2xf32>/);
  throws(
    () => dynamicUpdateSlice(x, f32(3), [index(0), index(0)]),
    /dynamic_update_slice: tensor<3xf32> into tensor<5x2xf32>/,
  );
});

Deno.test("a barrier has a result for each operand", () => {
  deepEqual(barrier([]), []);
  const [a, b] = barrier([f32(2), f32()]);
  deepEqual([a!.shape, b!.shape], [[2], []]);
  match(emit([b!, a!]).text, /%0:2 = stablehlo.optimization_barrier .*\n.*return %0#1, %0#0/);
});

Deno.test("on a CPU a barrier is a call of a function of its types, which is there once", () => {
  const before = recordsForCpu();
  recordForCpu(true);
  try {
    const both = () => barrier([f32(2), f32()])[0]!;
    const { text } = emit([both(), both(), barrier([f32(3)])[0]!]);
    equal(text.match(/func\.func private @"same\(tensor<2xf32>, tensor<f32>\)"/g)?.length, 1);
    equal(text.match(/func\.func private/g)?.length, 2);
    equal(text.match(/func\.call .*inlineable = "false"/g)?.length, 3);
  } finally {
    recordForCpu(before);
  }
});

Deno.test("a computation of other operands shares what does not depend on them", () => {
  const [x, y, z] = [f32(4), f32(4), f32(4)];
  const square = binary("multiply", y, y);
  const [values, indices] = topK(binary("add", x, square), 2);
  deepEqual([...leavesOf([values, indices])], [x.leaf, y.leaf]);
  const [other, same] = substitute([values, square], new Map([[x.leaf!, z]]));
  equal(same, square);
  deepEqual([...leavesOf([other!])], [z.leaf, y.leaf]);
  const both = substitute([values, indices], new Map([[x.leaf!, z]]));
  ok(both[0]!.result!.of === both[1]!.result!.of, "one operation with two results");
  let deep = x;
  for (let i = 0; i < 20_000; i++) deep = binary("add", deep, y);
  deepEqual([...leavesOf(substitute([deep], new Map([[x.leaf!, z]])))], [z.leaf, y.leaf]);
});
