import { equal } from "node:assert/strict";
import { readDecimal } from "./beagle_output.ts";

const read = (text: string) => readDecimal(new TextEncoder().encode(`x${text}:`), 1, 1 + text.length);

Deno.test("decimals are read as JavaScript reads them", () => {
  for (const text of ["0", "1", "2", "0.07", "0.5", "1.99", "10.25", ".5", "0.123456789"]) {
    equal(read(text), Number(text));
  }
});

Deno.test("anything else is not a number", () => {
  for (const text of ["", ".", "-1", "1e-3", "nan", "1,2", "1.2.3", "1234567890123456"]) {
    equal(read(text), NaN);
  }
});
