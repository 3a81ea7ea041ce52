import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { rowDots } from "./method_dots.ts";
import { countOf, testSnapshot } from "./support_test.ts";

const rows = [
  { label: "SPIN: XABA + ABLA + XABD", group: "blocks", mean: 2.9, error: 0.2 },
  { label: "XABA + ABLA", group: "blocks", mean: 3.4, error: 0.3 },
  { label: "nested predictor", group: "predictor", mean: 2.8, error: NaN },
  { label: "encoder off", group: "inference", mean: NaN, error: NaN },
];
const options = { title: "Rows", xLabel: "RMSE", reference: rows[0]!.label };

testSnapshot("row-dots", () => rowDots(rows, options));

Deno.test("every row is named, has its mean or says that it has none; groups are in the legend", () => {
  const figure = rowDots(rows, options);
  for (const text of ["nested predictor", "encoder off", "2.90", "diverged", "inference"]) {
    assert.equal(countOf(figure, `>${text}<`), 1, text);
  }
});

Deno.test("rows that cannot be told apart, and a reference that is not there, are refused", () => {
  const refuses = (draw: () => unknown, message: RegExp) =>
    assert.throws(draw, (error) => error instanceof UserError && message.test(error.message));
  refuses(() => rowDots([...rows, rows[1]!], options), /found "XABA \+ ABLA" twice/);
  refuses(() => rowDots(rows, { ...options, reference: "NPT" }), /reference: expected one of .*found "NPT"/);
  refuses(() => rowDots([rows[3]!], { title: "t", xLabel: "x" }), /expected a finite mean/);
});
