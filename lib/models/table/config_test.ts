import { equal, throws } from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { completeConfig, layoutOf, type ModelColumn, type ModelKind, type TableModelConfig } from "./mod.ts";

const LAYOUT = layoutOf(Array.from({ length: 12 }, (): ModelColumn => ({ kind: "numeric", classes: [] })));

Deno.test("options that are left out get the defaults of the paper", () => {
  const { embedding, heads, depth, h, f, model } = completeConfig({}, LAYOUT);
  equal(`${model} ${embedding} ${heads} ${depth} ${h} ${f}`, "spin 64 8 8 10 10");
});

const WRONG: [Partial<TableModelConfig>, RegExp][] = [
  [{ heads: 7 }, /"heads": expected a divisor of the embedding width 64, found 7/],
  [{ f: 13 }, /"f": expected at most the number of columns 12, found 13/],
  [{ depth: 3 }, /"depth": expected an even number.*found 3/],
  [{ embedding: 0 }, /"embedding": expected a positive integer, found 0/],
  [{ hiddenDropout: 1 }, /"hiddenDropout": expected a number in \[0, 1\), found 1/],
  [{ model: "spinn" as ModelKind }, /"model": expected one of spin, npt.*found "spinn"/],
  [{ predictor: "nested", decoderBoth: false }, /"decoderBoth": expected true with the nested predictor/],
];

for (const [config, message] of WRONG) {
  Deno.test(`a model refuses ${JSON.stringify(config)}`, () => {
    throws(
      () => completeConfig(config, LAYOUT),
      (error) => error instanceof UserError && message.test(error.message),
    );
  });
}

Deno.test("baselines may have an odd depth or few columns where they do not alternate or use H_A", () => {
  equal(completeConfig({ model: "perceiver-d", depth: 1 }, LAYOUT).depth, 1);
  equal(completeConfig({ model: "npt", f: 99 }, LAYOUT).f, 99);
});

Deno.test("a table without columns, or with a column without classes, makes no model", () => {
  throws(() => layoutOf([]), UserError);
  throws(() => layoutOf([{ kind: "categorical", classes: [] }]), /column 1 has no classes/);
});
