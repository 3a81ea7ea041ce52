import { equal, match, throws } from "node:assert/strict";
import { constant, leaf, type Node, ShapeError, splat, typeText } from "../../src/stablehlo/node.ts";

const text = (node: Node): string => node.text([]);

Deno.test("types are written as MLIR reads them", () => {
  equal(typeText({ shape: [2, 3], element: "f32" }), "tensor<2x3xf32>");
  equal(typeText({ shape: [], element: "i1" }), "tensor<i1>");
  equal(typeText({ shape: [0], element: "ui32" }), "tensor<0xui32>");
});

Deno.test("float constants are written by their bits, so that nothing is lost", () => {
  const one = (value: number) => text(splat(value, { shape: [], element: "f32" }));
  equal(one(1), "stablehlo.constant dense<0x3F800000> : tensor<f32>");
  equal(one(0.1), "stablehlo.constant dense<0x3DCCCCCD> : tensor<f32>");
  equal(one(0), "stablehlo.constant dense<0x00000000> : tensor<f32>");
  equal(one(-0), "stablehlo.constant dense<0x80000000> : tensor<f32>");
  equal(one(Infinity), "stablehlo.constant dense<0x7F800000> : tensor<f32>");
  equal(one(-Infinity), "stablehlo.constant dense<0xFF800000> : tensor<f32>");
  match(one(NaN), /dense<0x7F[C-F]\w{5}>/);
});

Deno.test("integer constants are written as typed arrays would store them", () => {
  const one = (value: number, element: "i32" | "ui32") => text(splat(value, { shape: [], element }));
  equal(one(-3.7, "i32"), "stablehlo.constant dense<-3> : tensor<i32>");
  equal(one(NaN, "i32"), "stablehlo.constant dense<0> : tensor<i32>");
  equal(one(2 ** 31, "i32"), "stablehlo.constant dense<-2147483648> : tensor<i32>");
  equal(one(-1, "ui32"), "stablehlo.constant dense<4294967295> : tensor<ui32>");
  equal(text(splat(2, { shape: [3], element: "i1" })), "stablehlo.constant dense<true> : tensor<3xi1>");
});

Deno.test("arrays are nested, equal values written once, empty arrays without values", () => {
  const i32 = (values: number[], shape: number[]) => text(constant(values, { shape, element: "i32" }));
  equal(
    i32([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]),
    "stablehlo.constant dense<[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]> : tensor<2x2x2xi32>",
  );
  equal(i32([7, 7, 7], [3]), "stablehlo.constant dense<7> : tensor<3xi32>");
  equal(i32([5], []), "stablehlo.constant dense<5> : tensor<i32>");
  equal(i32([], [0, 3]), "stablehlo.constant dense<> : tensor<0x3xi32>");
  equal(
    text(constant(new Uint8Array([1, 0]), { shape: [2], element: "i1" })),
    "stablehlo.constant dense<[true, false]> : tensor<2xi1>",
  );
});

Deno.test("a positive and a negative zero are not equal values", () => {
  match(text(constant([0, -0], { shape: [2], element: "f32" })), /dense<\[0x00000000, 0x80000000\]>/);
});

Deno.test("a constant needs as many values as its shape has places", () => {
  throws(
    () => constant([1, 2], { shape: [3], element: "f32" }),
    (error) =>
      error instanceof ShapeError && /constant: tensor<3xf32> needs 3 values, found 2/.test(error.message),
  );
});

Deno.test("a leaf stands for the value it was made for", () => {
  const value = {};
  equal(leaf({ shape: [2], element: "f32" }, value).leaf, value);
});
