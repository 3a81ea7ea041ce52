import { deepEqual, equal, ok } from "node:assert/strict";
import { toSvg } from "../../plots/mod.ts";
import { claimsTable, claimsVerdict, largeClaims, largeVerdict } from "./large_contexts_claims.ts";
import type { ProcessCost } from "./process_cost.ts";
import { againstTable, costFigure, formatBytes, withKept } from "./process_cost_view.ts";

const cost = (
  model: ProcessCost["model"],
  context: number,
  seconds: number | null,
  peak: number | null,
  beyond: ProcessCost["beyond"] = null,
): ProcessCost => ({
  model,
  context,
  seconds,
  peak,
  beyond,
  arguments: peak === null ? null : peak / 2,
  temporary: peak === null ? null : peak / 2,
  least: 3e9,
});

const LIVE = [cost("ipnp", 64, 0.1, 1e7), cost("anp", 64, 0.2, 2e7), cost("anp", 256, null, null, "memory")];
const KEPT = [
  cost("ipnp", 64, 9, 9e7),
  cost("ipnp", 1024, 0.3, 3e7),
  cost("anp", 256, 0.4, 4e7),
  cost("anp", 1024, null, null, "memory"),
];

Deno.test("kept costs fill what a run did not measure, and a model ends where the larger budget ended it", () => {
  const { costs, kept } = withKept(LIVE, KEPT);
  deepEqual(costs.map(({ model, context, seconds, beyond }) => [model, context, seconds, beyond]), [
    ["ipnp", 64, 0.1, null],
    ["ipnp", 1024, 0.3, null],
    ["anp", 64, 0.2, null],
    ["anp", 256, 0.4, null],
    ["anp", 1024, null, "memory"],
  ]);
  deepEqual(kept, [256, 1024]);
  deepEqual(withKept(LIVE, []), { costs: LIVE, kept: [] });
});

Deno.test("a figure has a panel for time, memory and likelihood, the budget and the ends", () => {
  const svg = toSvg(costFigure(LIVE, {
    title: "Costs",
    budget: { bytes: 2 * 2 ** 30, seconds: 30 },
    likelihood: {
      curves: [{ model: "cipnp", points: [{ context: 64, target: 0.5, error: 0.1 }] }],
      ceiling: 1.36,
    },
  }));
  for (
    const text of [
      "time of a step",
      "memory of a step",
      "target log likelihood",
      "budget: 2 GiB",
      "out of memory",
    ]
  ) {
    ok(svg.includes(text), text);
  }
});

Deno.test("two models are compared by shares, and what was not compiled is estimated", () => {
  const texts = (costs: ProcessCost[]) =>
    againstTable(costs, "ipnp", "anp").rows.map(({ cells }) => cells.map(({ text }) => text));
  deepEqual(texts([cost("ipnp", 64, 0.1, 2 ** 21), cost("anp", 64, 0.4, 2 ** 23)]).slice(0, 3), [
    ["100 ms", "2 MiB"],
    ["400 ms", "8 MiB"],
    ["0.250", "0.250"],
  ]);
  deepEqual(texts([cost("ipnp", 64, 0.1, 2 ** 21), LIVE[2]!]).slice(1, 3), [
    ["–", "over 2.79 GiB, estimated"],
    ["–", "–"],
  ]);
  equal(formatBytes(1.5 * 2 ** 30), "1.5 GiB");
});

Deno.test("claims are decided by their numbers, and left open without them", () => {
  const costs = [cost("ipnp-chunked", 65_536, 1, 4e7), cost("ipnp-chunked", 1_000_000, 20, 4.8e7)];
  const predictions = {
    model: "ipnp" as const,
    context: 100_000,
    targets: 1_000_000,
    readSeconds: 1,
    predictSeconds: 70,
    pieceBytes: 1,
    summaryBytes: 1,
    updateDifference: 1e-6,
  };
  const claims = largeClaims(costs, predictions);
  deepEqual(claims.map(({ holds }) => holds), [true, true, false, false, true]);
  ok(claimsVerdict(claims).startsWith("3 of 5 measured claims hold; not: Beyond the data"));
  deepEqual(largeClaims([]).map(({ holds }) => holds), Array(5).fill(undefined));
  equal(claimsTable(largeClaims([]), "Claims").rows[0]!.cells[0]!.text, "not measured");
  equal(claimsVerdict(claims.slice(0, 2)), "2 of 2 measured claims hold.");
});

Deno.test("the verdict tells how far each model came, and what the next size needs", () => {
  const lines = largeVerdict(LIVE).split("\n");
  deepEqual(lines.slice(1), [
    "- ipnp: 64 points in 100 ms and 9.54 MiB a step.",
    "- anp: 64 points in 200 ms and 19.1 MiB a step; 256 need at least 2.79 GiB (estimated from its scores).",
  ]);
  const slow = largeVerdict([cost("anp", 64, 99, 2e7, "time")]);
  ok(slow.endsWith("- anp: no size within the budget; 64 take too long."));
});
