import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { budgetCurves, type BudgetPoint, type Ended } from "./stack.ts";
import { countOf, testSnapshot } from "./support_test.ts";

const sizes = [64, 256, 1024, 4096];

const points: BudgetPoint[] = sizes.flatMap((x) => [
  { panel: "time", series: "ipnp", x, y: 1e-2 + 1e-5 * x },
  { panel: "memory", series: "ipnp", x, y: 2e8 + 1e5 * x },
  { panel: "likelihood", series: "ipnp", x, y: 1.38 - 1 / Math.sqrt(x) },
  ...(x > 1024 ? [] : [
    { panel: "time", series: "canp", x, y: 8e-3 + 1e-7 * x * x },
    { panel: "memory", series: "canp", x, y: 1e8 + 4e3 * x * x },
    { panel: "likelihood", series: "canp", x, y: 1.37 - 1 / Math.sqrt(x) },
  ]),
  ...(x > 256 ? [] : [{ panel: "time", series: "banp", x, y: 3e-2 + 1e-6 * x * x }]),
]);

const ended: Ended[] = [
  { series: "canp", x: 4096, reason: "out of memory" },
  { series: "banp", x: 256, reason: "no time" },
];

const options = {
  title: "Costs up to a budget",
  panels: [
    { name: "time", label: "step time", unit: "seconds" as const, log: true },
    {
      name: "memory",
      label: "memory",
      unit: "bytes" as const,
      log: true,
      rules: [{ y: 8 * 2 ** 30, label: "budget: 8 GiB" }],
    },
    { name: "likelihood", label: "log likelihood" },
  ],
};

const draw = (rows = points, ends = ended) => budgetCurves(rows, { ...options, ended: ends });

testSnapshot(
  "budget-curves",
  () => draw([...points, { panel: "time", series: "canp", x: 256, y: 5e-3, source: "authors" }]),
);

Deno.test("ends are in the legend, each reason once, and a model without points with its reason", () => {
  const figure = draw(points, [...ended, { series: "anp", x: 64, reason: "out of memory" }]);
  for (const label of ["CANP", "ANP: out of memory", "out of memory", "no time", "budget: 8 GiB"]) {
    assert.equal(countOf(figure, `>${label}<`), 1, label);
  }
});

Deno.test("without ends there are no dashed lines and no reasons", () => {
  assert.equal(countOf(draw(points, []), 'stroke-dasharray="4,3"'), 0);
});

Deno.test("what cannot be drawn is named", () => {
  const refuses = (rows: BudgetPoint[], ends: Ended[], message: RegExp) =>
    assert.throws(
      () => draw(rows, ends),
      (error) => error instanceof UserError && message.test(error.message),
    );
  const first = points[0]!;
  refuses([{ ...first, y: NaN }], [], /time, ipnp: expected finite numbers, found x 64, y NaN/);
  refuses([{ ...first, panel: "speed" }], [], /expected time, memory, likelihood, found speed/);
  refuses([first], [], /panel memory: expected points, found none/);
  refuses(points, [{ series: "ipnp", x: 300, reason: "r" }], /ipnp: .* after its end 300, found 1024/);
  refuses(points, [ended[0]!, ended[0]!], /canp: expected one end, found two/);
  assert.throws(
    () => draw([{ ...first, x: 0 }, ...points]),
    /a logarithmic axis needs positive numbers, found 0/,
  );
});
